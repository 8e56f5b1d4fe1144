import { z } from 'zod';
import type { Redis } from '#redis';
import type { Finding } from './findings.js';

const alert = z.object({
  id: z.string(),
  /** A string, because another release may have opened it. */
  kind: z.string(),
  subject: z.string(),
  severity: z.enum(['warning', 'critical']),
  message: z.string(),
  openedAt: z.string(),
  resolvedAt: z.string().optional(),
});

/** A finding from the look that first saw it to the one that no longer did. */
export type Alert = z.infer<typeof alert>;

export type Announce = (alert: Alert) => Promise<void>;

const openKey = '{alerts}:open';
const resolvedKey = '{alerts}:resolved';
const keptResolved = 500;

/**
 * The open alerts, in Redis, so that a restart neither forgets nor repeats one. An alert is stored after
 * it was announced: a crash in between announces it again under the same id, and never not at all.
 */
export class AlertBook {
  constructor(
    private readonly redis: Redis,
    private readonly announce: Announce,
  ) {}

  /** Opens what is new, resolves what is gone. An announcement that fails is made at the next look. */
  async update(found: readonly Finding[], nowMs: number): Promise<void> {
    const open = new Map((await this.open()).map((one) => [one.id, one]));
    const at = new Date(nowMs).toISOString();
    const current = new Set(found.map(idOf));
    const failures: unknown[] = [];
    const attempt = async (work: Promise<void>) => {
      await work.catch((error: unknown) => failures.push(error));
    };
    for (const finding of found) {
      const id = idOf(finding);
      if (!open.has(id)) await attempt(this.openOne({ id, ...finding, openedAt: at }));
    }
    for (const [id, one] of open) {
      if (!current.has(id)) await attempt(this.resolve({ ...one, resolvedAt: at }));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not every alert could be announced');
  }

  async open(): Promise<Alert[]> {
    const stored = await this.redis.hvals(openKey);
    return stored.map((json) => alert.parse(JSON.parse(json)));
  }

  /** The latest resolved alerts, newest first. */
  async resolved(): Promise<Alert[]> {
    const stored = await this.redis.lrange(resolvedKey, 0, -1);
    return stored.map((json) => alert.parse(JSON.parse(json)));
  }

  private async openOne(one: Alert): Promise<void> {
    await this.announce(one);
    await this.redis.hset(openKey, one.id, JSON.stringify(one));
  }

  private async resolve(one: Alert): Promise<void> {
    await this.announce(one);
    await this.redis
      .multi()
      .hdel(openKey, one.id)
      .lpush(resolvedKey, JSON.stringify(one))
      .ltrim(resolvedKey, 0, keptResolved - 1)
      .exec();
  }
}

function idOf({ kind, subject }: Finding): string {
  return `${kind}/${subject}`;
}
