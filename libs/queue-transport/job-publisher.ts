import { once } from 'node:events';
import { Queue } from 'bullmq';
import { TransientError, type JobContract, type JobPayload } from '#contracts';
import { connectRedis, disconnectRedis, masterOf, type Redis } from '#redis';
import { shardOf, shardPrefix } from './shards.js';
import { within } from './within.js';

export type JobPublisherOptions = {
  redisUrl: string;
  shards: number;
  /** Longest wait for Redis to say that it has the job. */
  deadlineMs: number;
  /** Replicas that must have the job too; none by default. */
  replicas?: number;
  onError: (error: Error) => void;
};

/** Retried for ever, never evicted: a finished job goes, a failed one stays until somebody looks. */
const jobOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 1,
} as const;

/** Adds jobs on the acknowledgement path: fails fast, never hangs, and resolves only when Redis has the job. */
export class JobPublisher {
  private readonly redis: Redis;
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly options: JobPublisherOptions) {
    this.redis = connectRedis(options.redisUrl, 'acknowledge', options.onError);
  }

  get isConnected(): boolean {
    return this.redis.status === 'ready';
  }

  /** Resolves once there is a connection; for those who publish once and go. @throws after the deadline */
  async connected(): Promise<void> {
    if (!this.isConnected) await within(this.options.deadlineMs, once(this.redis, 'ready'));
  }

  /**
   * Adds a job whose id is its batch's: adding it again while it waits changes nothing.
   * @throws TransientError `redis_unavailable`; after a time-out the job may have been stored all the same.
   */
  async publish<Contract extends JobContract>(
    contract: Contract,
    payload: JobPayload<Contract> & { batchId: string },
  ): Promise<void> {
    if (!this.isConnected) throw new TransientError('redis_unavailable', 'not connected');
    const prefix = shardPrefix(contract.queue, shardOf(payload.batchId, this.options.shards));
    const queue = this.queueFor(contract, prefix);
    const add = async () => {
      await queue.add(contract.pattern, payload, { jobId: payload.batchId });
    };
    try {
      await within(this.options.deadlineMs, this.replicated(prefix, add));
    } catch (error) {
      throw new TransientError('redis_unavailable', 'the job was not stored for certain', { cause: error });
    }
  }

  /**
   * Redis answers WAIT with how many replicas there are in time, be it too few, and speaks of what the same
   * connection wrote: so it is asked where the job went, and not at all when that moved meanwhile.
   */
  private async replicated(key: string, add: () => Promise<void>): Promise<void> {
    const { replicas = 0, deadlineMs } = this.options;
    if (replicas === 0) return add();
    const master = masterOf(this.redis, key);
    await add();
    if (!master || master !== masterOf(this.redis, key)) throw new Error('the shard moved meanwhile');
    const have = await master.wait(replicas, deadlineMs);
    if (have < replicas) throw new Error(`${String(have)} of ${String(replicas)} replicas have the job`);
  }

  close(): void {
    disconnectRedis(this.redis);
  }

  private queueFor(contract: JobContract, prefix: string): Queue {
    let queue = this.queues.get(prefix);
    if (!queue) {
      queue = new Queue(contract.queue, {
        connection: this.redis,
        prefix,
        defaultJobOptions: jobOptions,
        skipVersionCheck: true,
        streams: { events: { maxLen: 100 } },
      });
      queue.on('error', this.options.onError);
      this.queues.set(prefix, queue);
    }
    return queue;
  }
}
