import type { Redis } from '#redis';
import { slicesOf, type MessageKey, type Slice } from './keys.js';

/**
 * Buckets stay small enough for Redis's compact encodings: about 9 bytes for an int64 id, 22 for
 * another. `set-max-intset-entries` is to be 2048; with Redis's default it is only dearer.
 */
const bucketLimit = { int: 1_800, hash: 120 } as const;

/**
 * A slice's buckets come in generations: when one fills, the next generation has four times as many
 * and new ids go there. A new slice starts with as many as the connection last needed.
 */
const bucketOf = `
local function bucket(base, generation, buckets, id, kind)
  local number = kind == 'int' and tonumber(string.sub(id, -9)) or tonumber(string.sub(id, 1, 8), 16)
  return base .. ':' .. generation .. ':' .. (number % tonumber(buckets))
end
`;

const findScript = `${bucketOf}
local base, kind = KEYS[1], ARGV[1]
local generations = redis.call('LRANGE', base, 0, -1)
local has = kind == 'int' and 'SISMEMBER' or 'HEXISTS'
local seen = {}
for i = 2, #ARGV do
  seen[i - 1] = 0
  for generation = #generations, 1, -1 do
    if redis.call(has, bucket(base, generation, generations[generation], ARGV[i], kind), ARGV[i]) == 1 then
      seen[i - 1] = 1
      break
    end
  end
end
return seen`;

const markScript = `${bucketOf}
local base, hint = KEYS[1], KEYS[2]
local kind, ttl, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local generations = redis.call('LRANGE', base, 0, -1)
if #generations == 0 then
  generations[1] = redis.call('GET', hint) or '1'
  redis.call('RPUSH', base, generations[1])
end
redis.call('EXPIRE', base, ttl)
local buckets, full = generations[#generations], false
for i = 4, #ARGV do
  local key = bucket(base, #generations, buckets, ARGV[i], kind)
  local size
  if kind == 'int' then
    redis.call('SADD', key, ARGV[i])
    size = redis.call('SCARD', key)
  else
    redis.call('HSETNX', key, ARGV[i], '')
    size = redis.call('HLEN', key)
  end
  if size == 1 then redis.call('EXPIRE', key, ttl) end
  if size >= limit then full = true end
end
if full then
  local more = tostring(tonumber(buckets) * 4)
  redis.call('RPUSH', base, more)
  redis.call('SET', hint, more, 'EX', ttl)
end
return 0`;

type Scripts = {
  seenFind(base: string, kind: string, ...ids: string[]): Promise<number[]>;
  seenMark(
    base: string,
    hint: string,
    kind: string,
    ttl: number,
    limit: number,
    ...ids: string[]
  ): Promise<number>;
};

const graceSeconds = 3_600;
const handedOnSeconds = 86_400;

/**
 * Best-effort duplicate suppression within a window, by exact structures only: a false positive would
 * be a lost log. The order is everything: find, hand on durably, and only then mark as seen.
 */
export class DuplicateFilter {
  private readonly scripts: Scripts;

  /** `windowSeconds` 0 turns the filter off. */
  constructor(
    private readonly redis: Redis,
    private readonly windowSeconds: number,
  ) {
    redis.defineCommand('seenFind', { numberOfKeys: 1, lua: findScript });
    redis.defineCommand('seenMark', { numberOfKeys: 2, lua: markScript });
    this.scripts = redis as unknown as Scripts;
  }

  /** For each message, whether it was marked before or stands earlier in the same list. */
  async find(keys: readonly MessageKey[]): Promise<boolean[]> {
    const repeated = new Array<boolean>(keys.length).fill(false);
    if (this.windowSeconds === 0) return repeated;
    await Promise.all(
      slicesOf(keys).map(async ({ base, kind, ids, positions }) => {
        const seen = await this.scripts.seenFind(base, kind, ...ids);
        const earlier = new Set<string>();
        ids.forEach((id, index) => {
          repeated[positions[index] ?? -1] = seen[index] === 1 || earlier.has(id);
          earlier.add(id);
        });
      }),
    );
    return repeated;
  }

  /** Marks messages as seen; doing it again changes nothing. */
  async mark(keys: readonly MessageKey[]): Promise<void> {
    if (this.windowSeconds === 0) return;
    const ttl = this.windowSeconds + graceSeconds;
    await Promise.all(
      slicesOf(keys).map(({ base, kind, ids }: Slice) =>
        this.scripts.seenMark(base, hintKey(base), kind, ttl, bucketLimit[kind], ...ids),
      ),
    );
  }

  /** Remembers that a batch is durable in the next queue, so that its retry is not taken for duplicates. */
  async rememberHandedOn(batchId: string): Promise<void> {
    await this.redis.set(handedOnKey(batchId), '', 'EX', handedOnSeconds);
  }

  async wasHandedOn(batchId: string): Promise<boolean> {
    return (await this.redis.exists(handedOnKey(batchId))) === 1;
  }
}

/** The connection's hint stands beside its slices, in the same cluster slot. */
function hintKey(base: string): string {
  return `${base.slice(0, base.indexOf('}') + 1)}:buckets:${base.slice(base.lastIndexOf(':') + 1)}`;
}

function handedOnKey(batchId: string): string {
  return `handed-on:${batchId}`;
}
