import { setTimeout as wait } from 'node:timers/promises';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq';
import { lastValueFrom } from 'rxjs';
import { PermanentError, type JobContract } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { JobContext } from './job-context.js';
import { shardPrefix } from './shards.js';
import { backoffMs, verdict } from './verdict.js';

export type BullTransportOptions = {
  redisUrl: string;
  shards: number;
  /** What this app handles: exactly one handler each, or it does not boot. */
  contracts: readonly JobContract[];
  /** Jobs in work at once, per queue and shard. */
  concurrency: number;
  /** Longest wait at close for jobs in work; what is not finished then is taken up by others. */
  graceMs: number;
  /** Jobs that wait this long while none is taken make the process not alive. */
  stuckAfterMs?: number;
  /** Workers that a job may kill before it is set aside as failed. */
  killsMax?: number;
};

/** Longer than any handler takes, retries in place included. */
const defaultStuckAfterMs = 60_000;

/**
 * BullMQ as a Nest microservice transport. A job completes only when its handler's promise has
 * resolved; what a failure means is decided by {@link verdict}.
 */
export class BullTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly duplicates: string[] = [];
  private redis: Redis | undefined;
  private workers: Worker[] = [];
  private readonly closing = new AbortController();
  private lastTakenMs = performance.now();
  private waitingSinceMs: number | undefined;
  private isHeld = false;

  constructor(private readonly options: BullTransportOptions) {
    super();
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const name = this.normalizePattern(pattern as string);
    if (this.messageHandlers.has(name)) this.duplicates.push(name);
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    const problems = this.handlerProblems();
    if (problems.length > 0) {
      callback(new Error(`Job handlers are wrong: ${problems.join('; ')}`));
      return;
    }
    this.start().then(() => {
      callback();
    }, callback);
  }

  /** Stops taking jobs, waits for those in work, but never longer than the grace period. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.options.graceMs)));
    // With Redis away `worker.close()` never returns, so it is raced.
    const closed = Promise.allSettled(this.workers.map((worker) => worker.close()));
    await Promise.race([closed, grace]);
    clearTimeout(timer);
    // BullMQ's own copies of the connection, which an abandoned close leaves behind, end by this.
    this.closing.abort();
    this.workers = [];
    if (this.redis) disconnectRedis(this.redis);
  }

  /** Takes no more jobs until told otherwise; those in work go on, and one that is awaited already. */
  async hold(isHeld: boolean): Promise<void> {
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.lastTakenMs = performance.now();
    await Promise.all(this.workers.map((worker) => (isHeld ? worker.pause(true) : worker.resume())));
  }

  /**
   * For the liveness probe: Redis answers, jobs wait, and none was taken for long. With Redis away it
   * finds nothing, or every process would be restarted together.
   */
  async stuck(): Promise<string | undefined> {
    const { stuckAfterMs = defaultStuckAfterMs } = this.options;
    if (this.redis?.status !== 'ready' || this.isHeld) return undefined;
    const waiting = await Promise.race([this.waitingJobs(), wait(1_000, 0, { ref: false })]);
    const nowMs = performance.now();
    this.waitingSinceMs = waiting === 0 ? undefined : (this.waitingSinceMs ?? nowMs);
    const stuckMs = nowMs - Math.max(this.lastTakenMs, this.waitingSinceMs ?? nowMs);
    if (stuckMs < stuckAfterMs) return undefined;
    return `${String(waiting)} jobs wait, and none was taken for ${String(Math.round(stuckMs / 1_000))} s`;
  }

  private async waitingJobs(): Promise<number> {
    const lists = this.workers.map(async (worker) => (await this.redis?.llen(worker.toKey('wait'))) ?? 0);
    return (await Promise.all(lists)).reduce((sum, count) => sum + count, 0);
  }

  on(): void {
    throw new Error('this transport has no events of its own');
  }

  unwrap<Client>(): Client {
    return this.workers as Client;
  }

  private async start(): Promise<void> {
    const { redisUrl, shards, contracts, concurrency, killsMax = 25 } = this.options;
    const redis = connectRedis(
      redisUrl,
      'worker',
      (error) => {
        this.warn(error);
      },
      this.closing.signal,
    );
    this.redis = redis;
    const queues = new Set(contracts.map((contract) => contract.queue));
    for (const queue of queues) {
      for (let shard = 0; shard < shards; shard += 1) {
        const worker = new Worker(queue, (job, token) => this.process(job, token), {
          connection: redis,
          prefix: shardPrefix(queue, shard),
          concurrency,
          // A killed worker's job is taken up within 15 s, a slow machine included.
          lockDuration: 10_000,
          stalledInterval: 3_000,
          maxStalledCount: killsMax,
          settings: { backoffStrategy: (attemptsMade) => backoffMs(attemptsMade, Math.random()) },
        });
        worker.on('error', (error) => {
          this.warn(error);
        });
        this.workers.push(worker);
      }
    }
    await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    if (this.isHeld) await Promise.all(this.workers.map((worker) => worker.pause(true)));
  }

  private async process(job: Job, token: string | undefined): Promise<void> {
    this.lastTakenMs = performance.now();
    try {
      await this.handle(job);
    } catch (error) {
      const outcome = verdict(error, job.attemptsMade);
      const line = `job ${job.id ?? ''} of ${job.queueName}: ${messageOf(error)}`;
      if (outcome.kind === 'fail') this.logger.error(`${line}; it is kept as failed`);
      else this.logger.warn(`${line}; it will be tried again`);
      switch (outcome.kind) {
        case 'fail':
          throw new UnrecoverableError(messageOf(error));
        case 'delay':
          await job.moveToDelayed(Date.now() + outcome.delayMs, token);
          throw new DelayedError();
        case 'retry':
          throw error;
      }
    }
  }

  /** Nest's own `handleEvent` does not observe what its handler does; a job must. */
  private async handle(job: Job): Promise<void> {
    const handler = this.messageHandlers.get(job.name);
    if (!handler) throw new PermanentError('no_handler', `nothing here handles ${job.name}`);
    const result = await handler(job.data, new JobContext([job]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }

  private handlerProblems(): string[] {
    const wanted = new Set(this.options.contracts.map((contract) => contract.pattern));
    const present = [...this.messageHandlers.keys()];
    return [
      ...[...wanted].filter((name) => !present.includes(name)).map((name) => `none for ${name}`),
      ...present.filter((name) => !wanted.has(name)).map((name) => `${name} is not among the contracts`),
      ...this.duplicates.map((name) => `more than one for ${name}`),
    ];
  }

  private warn(error: Error): void {
    this.logger.warn(`Redis: ${error.message}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
