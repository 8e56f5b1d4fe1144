import { setTimeout as wait } from 'node:timers/promises';
import { partitionOfKey, quarantineLine } from '#contracts';
import { AuditTraffic, Random } from '#tools/local-google';
import type { LandedObject, Platform, PlatformConnection } from '#tools/local-platform';
import { verdict, type Verdict } from './verdict.js';

type Text = { isAcknowledged: boolean };

const logEntry = /"log_entry":(.*)\}$/s;
const refusedLine = /^\{"tenant_id":.*?"log_entry":(.*)\}\n$/s;
const tickMs = 20;

/**
 * Sends events that it knows by every byte, writes down each acknowledgement at once, and holds what
 * landed against that.
 */
export class Oracle {
  private readonly published = new Map<string, Map<string, Text>>();
  private readonly underWay = new Map<string, Text>();
  private readonly landed = new Map<string, { events: string[]; parts: Map<string, string[]> }>();
  private readonly waitsMs = new Map<string, number[]>();

  constructor(
    private readonly platform: Platform,
    private readonly seed: number,
  ) {}

  /** To be called for each acknowledgement that Google holds. */
  readonly acknowledged = (subscription: string, messageId: string): void => {
    const text = this.underWay.get(`${subscription} ${messageId}`);
    if (text) text.isAcknowledged = true;
  };

  /** To be called for each object that landed. */
  readonly read = ({ key, lines }: LandedObject): void => {
    const partition = partitionOfKey(key);
    if (!partition) return;
    const there = this.landed.get(partition.tenantId) ?? { events: [], parts: new Map<string, string[]>() };
    this.landed.set(partition.tenantId, there);
    for (const line of lines) {
      if (partition.kind === 'events') {
        there.events.push(logEntry.exec(line)?.[1] ?? line);
        this.wait(partition.tenantId, line);
        continue;
      }
      const { quarantine_id: id, part, data_base64 } = quarantineLine.parse(JSON.parse(line));
      const parts = there.parts.get(id) ?? [];
      parts[part - 1] = data_base64;
      there.parts.set(id, parts);
    }
  };

  /** Publishes one message, known by its bytes from now on. `duplicates` more deliveries follow its first. */
  publish(to: PlatformConnection, data: Buffer, duplicates = 0): void {
    const texts = this.published.get(to.tenant) ?? new Map<string, Text>();
    this.published.set(to.tenant, texts);
    const text = { isAcknowledged: false };
    texts.set(data.toString('latin1'), text);
    const messageId = this.platform.google.publish(to.subscription, data, { duplicates });
    this.underWay.set(`${to.subscription} ${messageId}`, text);
  }

  /** Publishes audit entries for a while, evenly, the same for the same seed. */
  async publishFor(ms: number, to: readonly PlatformConnection[], perSecond: number): Promise<void> {
    const random = new Random(this.seed);
    const sources = to.map(({ tenant }, index) => {
      return new AuditTraffic({ seed: this.seed + index, tenant, malformedShare: 0 });
    });
    const startedMs = performance.now();
    for (let sent = 0; ; await wait(tickMs)) {
      const passedMs = Math.min(ms, performance.now() - startedMs);
      for (; sent < (passedMs * perSecond) / 1_000; sent += 1) {
        const index = random.below(to.length);
        const [connection, source] = [to[index], sources[index]];
        if (connection && source) this.publish(connection, source.next(Date.now()).data);
      }
      if (passedMs >= ms) return;
    }
  }

  /** How long a share of a tenant's events took from receipt to being read in S3, once all of them are. */
  async landedAfterMs(tenant: string, share: number): Promise<number> {
    while (this.judge([tenant]).landed < (this.published.get(tenant)?.size ?? 0)) await wait(tickMs);
    const sorted = [...(this.waitsMs.get(tenant) ?? [])].sort((a, b) => a - b);
    return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  }

  private wait(tenant: string, line: string): void {
    const receivedAt = /"received_at":"([^"]+)"/.exec(line)?.[1] ?? '';
    const waits = this.waitsMs.get(tenant) ?? [];
    waits.push(Date.now() - Date.parse(receivedAt));
    this.waitsMs.set(tenant, waits);
  }

  judge(tenants: readonly string[]): Verdict {
    const found = tenants.map((tenant) => {
      const { events = [], parts = new Map<string, string[]>() } = this.landed.get(tenant) ?? {};
      const latin1 = (text: string) => Buffer.from(text).toString('latin1');
      const whole = [...parts.values()].map((all) => {
        const bytes = Buffer.concat(all.map((part) => Buffer.from(part, 'base64'))).toString('latin1');
        // What Firehose refused is kept as the line that it refused.
        return refusedLine.exec(bytes)?.[1] ?? bytes;
      });
      return [tenant, { events: events.map(latin1), quarantined: whole }] as const;
    });
    const published = tenants.map((tenant) => [tenant, this.published.get(tenant) ?? new Map()] as const);
    return verdict(new Map(published), new Map(found));
  }
}
