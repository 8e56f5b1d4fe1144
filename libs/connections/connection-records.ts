import { randomUUID } from 'node:crypto';
import type { Redis } from '#redis';
import { redisAnswer } from './redis-answer.js';

const recordsKey = 'floodgate:{connections}:records';
const versionKey = 'floodgate:{connections}:version';

// Also succeeds when it finds its own write: the client resends what a lost link left open.
const createScript = `
local found = redis.call('HGET', KEYS[1], ARGV[1])
if found and found ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return 1`;

const replaceScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[4])
return 1`;

const deleteScript = `
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

const snapshotScript = `return { redis.call('GET', KEYS[2]), redis.call('HGETALL', KEYS[1]) }`;

/** All records as they were at one moment, and the version of that moment. */
export type Snapshot = { version: string | null; records: Map<string, string> };

/**
 * The registry in Redis: one hash of JSON by id, and a version that changes with every write. The
 * version is random and not a counter: after a failover that lost a write, a count could come twice.
 */
export class ConnectionRecords {
  constructor(private readonly redis: Redis) {}

  /** False when the id is taken by another record. */
  async create(id: string, json: string): Promise<boolean> {
    return (await this.run(createScript, id, json, randomUUID())) === 1;
  }

  /** False when the record is no longer `expected`. */
  async replace(id: string, expected: string, json: string): Promise<boolean> {
    return (await this.run(replaceScript, id, expected, json, randomUUID())) === 1;
  }

  /** False when there is none. */
  async delete(id: string): Promise<boolean> {
    return (await this.run(deleteScript, id, randomUUID())) === 1;
  }

  async read(id: string): Promise<string | undefined> {
    return (await redisAnswer(this.redis.hget(recordsKey, id))) ?? undefined;
  }

  version(): Promise<string | null> {
    return redisAnswer(this.redis.get(versionKey));
  }

  async snapshot(): Promise<Snapshot> {
    const [version, flat] = (await this.run(snapshotScript)) as [string | null, string[]];
    const records = new Map<string, string>();
    for (let i = 0; i + 1 < flat.length; i += 2) records.set(String(flat[i]), String(flat[i + 1]));
    return { version, records };
  }

  private run(script: string, ...args: string[]): Promise<unknown> {
    return redisAnswer(this.redis.eval(script, 2, recordsKey, versionKey, ...args));
  }
}
