import type { Connection } from '#contracts';
import type { Shedding } from './pressure.js';
import type { Quotas } from './quota.js';
import type { Refusal } from './refusals.js';
import type { Shares } from './shares.js';

/** When this much of the in-flight budget is taken, no connection may hold more than its part of it. */
const contendedShare = 0.5;
/** The largest part of the in-flight budget that one connection may hold while it is contended. */
const largestPart = 0.25;

/** Decides whether one more push may come in. Our own distress is 503; a tenant's own excess is 429. */
export class Admission {
  private inFlightBytes = 0;
  private readonly held = new Map<string, number>();
  shedding: Shedding = 'nobody';

  constructor(
    private readonly quotas: Quotas,
    private readonly shares: Shares,
    private readonly maxBytes: number,
  ) {}

  get bytes(): number {
    return this.inFlightBytes;
  }

  /** Why the push must wait at Google, or `undefined`: then it is counted, until {@link release}. */
  refusal(connection: Connection, bytes: number, nowMs: number): Refusal | undefined {
    const { id } = connection;
    const after = this.inFlightBytes + bytes;
    const own = (this.held.get(id) ?? 0) + bytes;
    if (this.shedding === 'everybody') return 'backlog_full';
    if (after > this.maxBytes) return 'overloaded';
    if (this.shedding === 'greedy' && this.shares.isGreedy(id, nowMs)) return 'over_share';
    if (after > contendedShare * this.maxBytes && own > largestPart * this.maxBytes) return 'over_share';
    if (!this.quotas.take(connection, nowMs)) return 'over_quota';
    this.inFlightBytes = after;
    this.held.set(id, own);
    this.shares.add(id, bytes, nowMs);
    return undefined;
  }

  /** The push was answered. */
  release(connectionId: string, bytes: number): void {
    this.inFlightBytes -= bytes;
    const own = (this.held.get(connectionId) ?? 0) - bytes;
    if (own > 0) this.held.set(connectionId, own);
    else this.held.delete(connectionId);
  }

  /** The connection was changed or deleted. */
  forget(connectionId: string): void {
    this.quotas.forget(connectionId);
    this.shares.forget(connectionId);
  }
}
