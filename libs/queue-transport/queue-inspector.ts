import { queueNames, type QueueName } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { shardPrefix } from './shards.js';

export type QueueDepth = {
  queue: QueueName;
  shard: number;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Age of the oldest job looked at that is not finished; `undefined` when there is none. */
  oldestAgeMs: number | undefined;
  /** Bytes of all its jobs' payloads, failed ones too, reckoned from samples of each state. */
  bytes: number;
  /** The same of those that wait for a worker. */
  waitingBytes: number;
};

export type QueueInspectorOptions = {
  redisUrl: string;
  shards: number;
  onError: (error: Error) => void;
};

/** In BullMQ's lists the oldest job is last, in its sorted sets it is mostly first. */
const states = ['wait', 'active', 'delayed', 'failed'] as const;

/** So many jobs of each state are measured, spread evenly over it: a backlog of millions costs the same. */
const samples = 64;

/**
 * KEYS: a queue's states. ARGV: prefix of its jobs' keys, most samples of a state.
 * Returns for each state: jobs, sampled jobs, bytes of their payloads, the oldest one's timestamp or 0.
 */
const inspect = `
local function look(key)
  local isList = redis.call('TYPE', key).ok == 'list'
  local count = isList and redis.call('LLEN', key) or redis.call('ZCARD', key)
  local most = math.min(count, tonumber(ARGV[2]))
  local sampled, bytes, oldest = 0, 0, 0
  for sample = 0, most - 1 do
    local at = math.floor(sample * count / most)
    local id = isList and redis.call('LINDEX', key, -1 - at) or redis.call('ZRANGE', key, at, at)[1]
    local job = ARGV[1] .. id
    local stamp = tonumber(redis.call('HGET', job, 'timestamp'))
    if stamp then
      sampled = sampled + 1
      bytes = bytes + redis.call('HSTRLEN', job, 'data')
      if oldest == 0 or stamp < oldest then oldest = stamp end
    end
  end
  return { count, sampled, bytes, oldest }
end
local answer = {}
for index, key in ipairs(KEYS) do answer[index] = look(key) end
return answer`;

type Look = [count: number, sampled: number, bytes: number, oldestMs: number];
type Scripts = { inspectQueue(...args: [...keys: string[], jobs: string, samples: number]): Promise<Look[]> };

/** Reads how deep the queues are, without touching their jobs' payloads. */
export class QueueInspector {
  private readonly redis: Redis;
  private readonly scripts: Scripts;
  private readonly queues: { queue: QueueName; shard: number }[];

  constructor(options: QueueInspectorOptions) {
    this.redis = connectRedis(options.redisUrl, 'control', options.onError);
    this.redis.defineCommand('inspectQueue', { numberOfKeys: states.length, lua: inspect });
    this.scripts = this.redis as unknown as Scripts;
    this.queues = queueNames.flatMap((queue) =>
      Array.from({ length: options.shards }, (_, shard) => ({ queue, shard })),
    );
  }

  inspect(): Promise<QueueDepth[]> {
    return Promise.all(
      this.queues.map(async ({ queue, shard }) => {
        const prefix = `${shardPrefix(queue, shard)}:${queue}:`;
        const looks = await this.scripts.inspectQueue(
          ...states.map((state) => prefix + state),
          prefix,
          samples,
        );
        const [waiting = 0, active = 0, delayed = 0, failed = 0] = looks.map(([count]) => count);
        const bytes = looks.map(bytesOf);
        return {
          queue,
          shard,
          waiting,
          active,
          delayed,
          failed,
          oldestAgeMs: oldestAge(looks, Date.now()),
          bytes: bytes.reduce((sum, each) => sum + each, 0),
          waitingBytes: bytes[0] ?? 0,
        };
      }),
    );
  }

  close(): void {
    disconnectRedis(this.redis);
  }
}

function bytesOf([count, sampled, bytes]: Look): number {
  return sampled === 0 ? 0 : (count * bytes) / sampled;
}

function oldestAge(looks: readonly Look[], nowMs: number): number | undefined {
  const unfinished = looks.flatMap(([, , , oldestMs], index) =>
    states[index] === 'failed' || oldestMs === 0 ? [] : [oldestMs],
  );
  return unfinished.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...unfinished));
}
