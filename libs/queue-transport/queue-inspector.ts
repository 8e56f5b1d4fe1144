import { Queue } from 'bullmq';
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
  /** Age of the oldest job that is not finished; `undefined` when there is none. */
  oldestAgeMs: number | undefined;
  /** Bytes of all its jobs' payloads, failed ones too, taken to be like those at the heads of its states. */
  bytes: number;
};

export type QueueInspectorOptions = {
  redisUrl: string;
  shards: number;
  onError: (error: Error) => void;
};

/** Reads how deep the queues are, without touching their jobs' payloads. */
export class QueueInspector {
  private readonly redis: Redis;
  private readonly queues: { queue: QueueName; shard: number; bull: Queue }[];

  constructor(options: QueueInspectorOptions) {
    this.redis = connectRedis(options.redisUrl, 'control', options.onError);
    this.queues = queueNames.flatMap((queue) =>
      Array.from({ length: options.shards }, (_, shard) => {
        const prefix = shardPrefix(queue, shard);
        const bull = new Queue(queue, {
          connection: this.redis,
          prefix,
          skipVersionCheck: true,
          skipMetasUpdate: true,
        });
        bull.on('error', options.onError);
        return { queue, shard, bull };
      }),
    );
  }

  inspect(): Promise<QueueDepth[]> {
    return Promise.all(
      this.queues.map(async ({ queue, shard, bull }) => {
        const [counts, heads] = await Promise.all([
          bull.getJobCounts('wait', 'active', 'delayed', 'failed'),
          this.heads(bull, shardPrefix(queue, shard)),
        ]);
        const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
        return {
          queue,
          shard,
          waiting: counts['wait'] ?? 0,
          active: counts['active'] ?? 0,
          delayed: counts['delayed'] ?? 0,
          failed: counts['failed'] ?? 0,
          oldestAgeMs: oldestAge(heads, Date.now()),
          bytes: jobs * mean(heads.map(({ bytes }) => bytes)),
        };
      }),
    );
  }

  close(): void {
    disconnectRedis(this.redis);
  }

  /** Looks at the head of each state only: a backlog of millions costs the same. */
  private async heads(bull: Queue, prefix: string): Promise<Head[]> {
    const ids = await Promise.all(
      states.map(async (state) => (await bull.getRanges([state], 0, 0, true)).map((id) => ({ id, state }))),
    );
    const heads = await Promise.all(
      ids.flat().map(async ({ id, state }) => {
        const key = `${prefix}:${bull.name}:${id}`;
        const [stamp, bytes] = await Promise.all([
          this.redis.hget(key, 'timestamp'),
          this.redis.hstrlen(key, 'data'),
        ]);
        return stamp === null ? [] : [{ state, timestampMs: Number(stamp), bytes }];
      }),
    );
    return heads.flat();
  }
}

const states = ['wait', 'active', 'delayed', 'failed'] as const;
type Head = { state: (typeof states)[number]; timestampMs: number; bytes: number };

function oldestAge(heads: readonly Head[], nowMs: number): number | undefined {
  const unfinished = heads.filter(({ state }) => state !== 'failed').map(({ timestampMs }) => timestampMs);
  return unfinished.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...unfinished));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
