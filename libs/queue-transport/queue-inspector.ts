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
        const [counts, oldestAgeMs] = await Promise.all([
          bull.getJobCounts('wait', 'active', 'delayed', 'failed'),
          this.oldestAgeMs(bull, shardPrefix(queue, shard)),
        ]);
        return {
          queue,
          shard,
          waiting: counts['wait'] ?? 0,
          active: counts['active'] ?? 0,
          delayed: counts['delayed'] ?? 0,
          failed: counts['failed'] ?? 0,
          oldestAgeMs,
        };
      }),
    );
  }

  close(): void {
    disconnectRedis(this.redis);
  }

  /** Looks at the head of each state only: a backlog of millions costs the same. */
  private async oldestAgeMs(bull: Queue, prefix: string): Promise<number | undefined> {
    const heads = await Promise.all(
      (['wait', 'active', 'delayed'] as const).map((state) => bull.getRanges([state], 0, 0, true)),
    );
    const stamps = await Promise.all(
      heads.flat().map((id) => this.redis.hget(`${prefix}:${bull.name}:${id}`, 'timestamp')),
    );
    const oldest = Math.min(...stamps.flatMap((stamp) => (stamp === null ? [] : [Number(stamp)])));
    return Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) : undefined;
  }
}
