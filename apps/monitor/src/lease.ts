import { randomUUID } from 'node:crypto';
import type { Redis } from '#redis';

/** KEYS: lease. ARGV: holder, milliseconds. */
const holdOrRenew = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

type Scripts = { holdLease(key: string, holder: string, ms: number): Promise<number> };

/** Held by one replica at a time; another takes it over when its holder is gone for `ttlMs`. */
export class Lease {
  private readonly holder = randomUUID();
  private readonly scripts: Scripts;

  constructor(
    redis: Redis,
    private readonly key: string,
    private readonly ttlMs: number,
  ) {
    redis.defineCommand('holdLease', { numberOfKeys: 1, lua: holdOrRenew });
    this.scripts = redis as unknown as Scripts;
  }

  /** Takes or renews it, and tells whether it is ours. */
  async hold(): Promise<boolean> {
    return (await this.scripts.holdLease(this.key, this.holder, this.ttlMs)) === 1;
  }
}
