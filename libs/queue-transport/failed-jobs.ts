import { once } from 'node:events';
import { Queue } from 'bullmq';
import { queueNames, type QueueName } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { shardPrefix } from './shards.js';
import { within } from './within.js';

/** A job that was given up, with everything still in it. */
export type FailedJob = {
  queue: QueueName;
  shard: number;
  id: string;
  reason: string;
  failedAt: string;
  events: number;
};

/** What the queues keep because it failed for good, to be shown and tried again. */
export class FailedJobs {
  private readonly redis: Redis;
  private readonly queues: { queue: QueueName; shard: number; bull: Queue }[];

  constructor(options: { redisUrl: string; shards: number; onError: (error: Error) => void }) {
    this.redis = connectRedis(options.redisUrl, 'control', options.onError);
    this.queues = queueNames.flatMap((queue) =>
      Array.from({ length: options.shards }, (_, shard) => {
        const bull = new Queue(queue, {
          connection: this.redis,
          prefix: shardPrefix(queue, shard),
          skipVersionCheck: true,
          skipMetasUpdate: true,
        });
        bull.on('error', options.onError);
        return { queue, shard, bull };
      }),
    );
  }

  /** Resolves once there is a connection. @throws after the deadline */
  async connected(deadlineMs: number): Promise<void> {
    if (this.redis.status !== 'ready') await within(deadlineMs, once(this.redis, 'ready'));
  }

  /** The oldest failed jobs of each queue. */
  async list(most: number): Promise<FailedJob[]> {
    const pages = await Promise.all(
      this.queues.map(async ({ queue, shard, bull }) => {
        const jobs = await bull.getJobs(['failed'], 0, most - 1, true);
        return jobs.map(({ id = '', failedReason, finishedOn = 0, data }) => ({
          queue,
          shard,
          id,
          reason: failedReason,
          failedAt: new Date(finishedOn).toISOString(),
          events: (data as { count?: number }).count ?? 0,
        }));
      }),
    );
    return pages.flat();
  }

  /** Puts a failed job back into its queue, as it is. Answers whether it was there. */
  async retry({ queue, shard, id }: Pick<FailedJob, 'queue' | 'shard' | 'id'>): Promise<boolean> {
    const found = this.queues.find((one) => one.queue === queue && one.shard === shard);
    const job = await found?.bull.getJob(id);
    if (!job || !(await job.isFailed())) return false;
    await job.retry('failed', { resetAttemptsMade: true });
    return true;
  }

  close(): void {
    disconnectRedis(this.redis);
  }
}
