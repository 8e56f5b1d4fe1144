import { createHash } from 'node:crypto';
import { partitionOfKey } from '#contracts';
import { bookDayOf } from '#ledger';
import type { Redis } from '#redis';
import type { LandedObject } from './landed-event.js';

/** What has landed for one tenant since counting began. */
export type LandedTotals = {
  objects: number;
  quarantineObjects: number;
  bytes: number;
  lastAtMs: number;
};

export type LandedOutcome = 'counted' | 'known' | 'misplaced';

/** What landed for one tenant on one UTC day, of both kinds. */
export type LandedOnDay = { objects: number; bytes: number };

/** SQS may tell of an object again for as long as it keeps messages, four days unless told otherwise. */
const rememberSeconds = 4 * 86_400;
const daySeconds = 35 * 86_400;
const totalsKey = '{landed}:totals';
const dayPrefix = '{landed}:day:';
const misplacedKey = '{landed}:misplaced';

/** KEYS: seen marker, totals, day. ARGV: marker's seconds, tenant, kind, bytes, now, day's seconds. Counts an object once. */
const count = `
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then return 0 end
local field = ARGV[2] .. '/'
redis.call('HINCRBY', KEYS[2], field .. ARGV[3], 1)
redis.call('HINCRBY', KEYS[2], field .. 'bytes', ARGV[4])
redis.call('HSET', KEYS[2], field .. 'last', ARGV[5])
redis.call('HINCRBY', KEYS[3], field .. 'objects', 1)
redis.call('HINCRBY', KEYS[3], field .. 'bytes', ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[6])
return 1`;

type Scripts = {
  countLanded(
    marker: string,
    totals: string,
    day: string,
    seconds: number,
    tenantId: string,
    kind: string,
    bytes: number,
    nowMs: number,
    daySeconds: number,
  ): Promise<number>;
};

/** Counts landed objects, each once by bucket, key and etag, however often and by whom it is told of. */
export class LandedObjects {
  private readonly scripts: Scripts;

  constructor(private readonly redis: Redis) {
    redis.defineCommand('countLanded', { numberOfKeys: 3, lua: count });
    this.scripts = redis as unknown as Scripts;
  }

  /** Answers whether the object was new, and whether it lies where no tenant's objects do. */
  async add(object: LandedObject, nowMs: number): Promise<LandedOutcome> {
    const partition = partitionOfKey(object.key);
    if (!partition) {
      await this.redis.set(misplacedKey, nowMs);
      return 'misplaced';
    }
    const { bucket, key, etag, bytes, atMs = nowMs } = object;
    const identity = createHash('sha256')
      .update(`${bucket}\n${key}\n${etag}`)
      .digest('base64url')
      .slice(0, 22);
    const marker = `{landed}:seen:${identity}`;
    const { tenantId, kind } = partition;
    const isNew = await this.scripts.countLanded(
      marker,
      totalsKey,
      dayPrefix + bookDayOf(atMs),
      rememberSeconds,
      tenantId,
      kind,
      bytes,
      nowMs,
      daySeconds,
    );
    return isNew === 1 ? 'counted' : 'known';
  }

  async totals(): Promise<Map<string, LandedTotals>> {
    const totals = new Map<string, LandedTotals>();
    for (const [field, value] of Object.entries(await this.redis.hgetall(totalsKey))) {
      const [tenantId = '', name] = field.split('/');
      let one = totals.get(tenantId);
      if (!one) totals.set(tenantId, (one = { objects: 0, quarantineObjects: 0, bytes: 0, lastAtMs: 0 }));
      if (name === 'events') one.objects = Number(value);
      if (name === 'quarantine') one.quarantineObjects = Number(value);
      if (name === 'bytes') one.bytes = Number(value);
      if (name === 'last') one.lastAtMs = Number(value);
    }
    return totals;
  }

  /** What landed on a UTC day, by tenant, as S3 dates it; days of more than five weeks ago are gone. */
  async onDay(day: string): Promise<Map<string, LandedOnDay>> {
    const tenants = new Map<string, LandedOnDay>();
    for (const [field, value] of Object.entries(await this.redis.hgetall(dayPrefix + day))) {
      const [tenantId = '', name] = field.split('/');
      let one = tenants.get(tenantId);
      if (!one) tenants.set(tenantId, (one = { objects: 0, bytes: 0 }));
      if (name === 'objects' || name === 'bytes') one[name] = Number(value);
    }
    return tenants;
  }

  async lastMisplacedAtMs(): Promise<number | undefined> {
    const at = await this.redis.get(misplacedKey);
    return at === null ? undefined : Number(at);
  }
}
