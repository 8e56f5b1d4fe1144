import { setTimeout as wait } from 'node:timers/promises';
import { originalEntry, partitionOfKey, quarantineLine } from '#contracts';
import { hoursWithin } from '#ledger';
import { AuditTraffic, Random, type PublishOptions } from '#tools/local-google';
import type { LandedObject, Platform, PlatformConnection } from '#tools/local-platform';
import { verdict, type Verdict } from './verdict.js';

/** A quarantined message, part by part in base64. */
type Parts = { reason: string; parts: string[] };

type Text = { isAcknowledged: boolean; isOptional?: boolean };

const tickMs = 20;

/**
 * Sends events that it knows by every byte, writes down each acknowledgement at once, and holds what
 * landed against that.
 */
export class Oracle {
  private readonly published = new Map<string, Map<string, Text>>();
  private readonly underWay = new Map<string, Text>();
  private unjudgedCount = 0;
  private readonly hours = new Set<string>();
  private readonly landed = new Map<string, { events: string[]; parts: Map<string, Parts> }>();
  /** Events by tenant that lie in jobs which failed for good. */
  readonly held = new Map<string, string[]>();

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
    this.hours.add(/dt=(.*?)\/hour=(\d+)/.exec(key)?.slice(1).join('T') ?? key);
    const there = this.landed.get(partition.tenantId) ?? { events: [], parts: new Map<string, Parts>() };
    this.landed.set(partition.tenantId, there);
    for (const line of lines) {
      if (partition.kind === 'events') {
        there.events.push(originalEntry(line) ?? line);
        continue;
      }
      const { quarantine_id: id, reason, part, data_base64 } = quarantineLine.parse(JSON.parse(line));
      const message = there.parts.get(id) ?? { reason, parts: [] };
      message.parts[part - 1] = data_base64;
      there.parts.set(id, message);
    }
  };

  /** Publishes one message, known by its bytes from now on, and gives its id. */
  publish(to: PlatformConnection, data: Buffer, options: PublishOptions = {}): string {
    const text = this.know(to.tenant, data, false);
    const messageId = this.platform.google.publish(to.subscription, data, options);
    this.underWay.set(`${to.subscription} ${messageId}`, text);
    return messageId;
  }

  /** An event of the tenant's that may land or not. */
  unjudged(tenant: string): Buffer {
    const data = Buffer.from(`{"insertId":"unjudged-${String((this.unjudgedCount += 1))}"}`);
    this.know(tenant, data, true);
    return data;
  }

  private know(tenant: string, data: Buffer, isOptional: boolean): Text {
    const texts = this.published.get(tenant) ?? new Map<string, Text>();
    this.published.set(tenant, texts);
    const text = { isAcknowledged: false, isOptional };
    texts.set(data.toString('latin1'), text);
    return text;
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

  /** Whether every object stands under an hour of this time. */
  landedWithin(fromMs: number, toMs: number): boolean {
    const hours = new Set(hoursWithin(fromMs, toMs));
    return [...this.hours].every((hour) => hours.has(hour));
  }

  judge(tenants: readonly string[]): Verdict {
    const found = tenants.map((tenant) => {
      const { events = [], parts = new Map<string, Parts>() } = this.landed.get(tenant) ?? {};
      const latin1 = (text: string) => Buffer.from(text).toString('latin1');
      const whole = [...parts.values()].map(({ reason, parts: all }) => {
        const bytes = Buffer.concat(all.map((part) => Buffer.from(part, 'base64'))).toString('latin1');
        return reason === 'refused_by_sink' ? (originalEntry(bytes) ?? bytes) : bytes;
      });
      const held = (this.held.get(tenant) ?? []).map(latin1);
      return [tenant, { events: events.map(latin1), quarantined: whole, held }] as const;
    });
    const published = tenants.map((tenant) => [tenant, this.published.get(tenant) ?? new Map()] as const);
    return verdict(new Map(published), new Map(found));
  }
}
