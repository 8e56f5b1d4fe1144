import 'reflect-metadata';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import {
  PermanentError,
  ThrottledError,
  TransientError,
  partitionedBatch,
  receivedBatch,
  type JobPayload,
  type SealedFrame,
} from '#contracts';
import { startRedisServer, type RedisServer } from '#testing';
import {
  BullTransport,
  FailedJobs,
  Handles,
  JobPublisher,
  QueueInspector,
  RethrowFilter,
  type JobContext,
} from '../index.js';

type Work = (payload: SealedFrame, context: JobContext) => Promise<void>;

/** What the handler does now; each test sets its own. */
let work: Work;
const ignore = () => undefined;

@Controller()
class Received {
  @Handles(receivedBatch)
  received(payload: JobPayload<typeof receivedBatch>, context: JobContext): Promise<void> {
    return work(payload, context);
  }
}

@Controller()
class ReceivedAgain {
  @Handles(receivedBatch)
  again(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the BullMQ transport', () => {
  let redis: RedisServer;
  let publisher: JobPublisher;
  let inspector: QueueInspector;
  const apps: INestMicroservice[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    publisher = new JobPublisher({ redisUrl: redis.url, shards: 2, deadlineMs: 2_000, onError: ignore });
    inspector = new QueueInspector({ redisUrl: redis.url, shards: 2, onError: ignore });
    await inspector.inspect();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });
  afterAll(async () => {
    publisher.close();
    inspector.close();
    await redis.stop();
  });

  async function boot(
    controllers: Type[],
    more: { concurrency?: number; stuckAfterMs?: number } = {},
  ): Promise<{ app: INestMicroservice; transport: BullTransport }> {
    @Module({ controllers, providers: [{ provide: APP_FILTER, useClass: RethrowFilter }] })
    class App {}
    const transport = new BullTransport({
      redisUrl: redis.url,
      shards: 2,
      contracts: [receivedBatch],
      concurrency: 4,
      graceMs: 5_000,
      ...more,
    });
    const app = await NestFactory.createMicroservice(App, {
      strategy: transport,
      logger: false,
      abortOnError: false,
    });
    apps.push(app);
    await app.listen();
    return { app, transport };
  }

  const frame = (batchId: string): SealedFrame => ({ batchId, count: 1, bytes: 0, crc32: 0, body: 'AA==' });

  /** Resolves with the ids of the jobs that the handler has seen so far, once `count` of them came. */
  function deliveries(count: number, then: Work = () => Promise.resolve()): Promise<string[]> {
    const seen: string[] = [];
    return new Promise((resolve) => {
      work = async (payload, context) => {
        seen.push(payload.batchId);
        await then(payload, context);
        if (seen.length >= count) resolve(seen);
      };
    });
  }

  async function counts() {
    const depths = (await inspector.inspect()).filter(({ queue }) => queue === 'received');
    const sum = (pick: (depth: (typeof depths)[number]) => number) =>
      depths.reduce((all, depth) => all + pick(depth), 0);
    return {
      unfinished: sum(({ waiting, active, delayed }) => waiting + active + delayed),
      failed: sum(({ failed }) => failed),
    };
  }

  async function settled(): Promise<void> {
    while ((await counts()).unfinished > 0) await new Promise(setImmediate);
  }

  it('hands each job to its handler, over all shards, and keeps nothing of it', async () => {
    const seen = deliveries(20);
    await boot([Received]);
    const ids = Array.from({ length: 20 }, (_, index) => `batch-${String(index)}`);
    await Promise.all(ids.map((id) => publisher.publish(receivedBatch, frame(id))));
    expect((await seen).sort()).toEqual(ids.sort());
    await settled();
    expect(await counts()).toEqual({ unfinished: 0, failed: 0 });
  });

  it('reckons the bytes of a backlog of jobs that differ', async () => {
    const frames = Array.from({ length: 400 }, (_, index) => ({
      ...frame(`batch-${String(index)}`),
      body: 'A'.repeat(crc32(String(index)) % 2_000),
    }));
    await Promise.all(frames.map((each) => publisher.publish(receivedBatch, each)));
    const depths = (await inspector.inspect()).filter(({ queue }) => queue === 'received');
    const real = frames.reduce((sum, { body }) => sum + body.length, 0);
    const reckoned = depths.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(depths.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(400);
    expect(Math.abs(reckoned / real - 1)).toBeLessThan(0.25);
    const seen = deliveries(400);
    await boot([Received]);
    await seen;
    await settled();
  });

  it('retries a transient failure until the handler succeeds', async () => {
    let failures = 2;
    const seen = deliveries(1, () => {
      failures -= 1;
      return failures >= 0
        ? Promise.reject(new TransientError('sink_unavailable', 'try again'))
        : Promise.resolve();
    });
    await boot([Received]);
    await publisher.publish(receivedBatch, frame('transient'));
    expect(await seen).toEqual(['transient', 'transient', 'transient']);
  });

  it('delays a throttled job and delivers it again', async () => {
    let throttled = true;
    const seen = deliveries(1, () => {
      if (!throttled) return Promise.resolve();
      throttled = false;
      return Promise.reject(new ThrottledError('sink_throttled', 'slow down', 20));
    });
    await boot([Received]);
    await publisher.publish(receivedBatch, frame('throttled'));
    expect(await seen).toEqual(['throttled', 'throttled']);
  });

  it('keeps what a handler says is left for the next delivery', async () => {
    const bodies: string[] = [];
    const seen = deliveries(1, async (payload, context) => {
      bodies.push(payload.body);
      if (bodies.length > 1) return;
      await context.keep({ ...payload, body: 'BB==' });
      throw new TransientError('sink_unavailable', 'half was accepted');
    });
    await boot([Received]);
    await publisher.publish(receivedBatch, frame('partial'));
    await seen;
    expect(bodies).toEqual(['AA==', 'BB==']);
  });

  it('keeps a job that fails for good, and one that differs from its contract', async () => {
    const before = (await counts()).failed;
    work = () => Promise.reject(new PermanentError('corrupt_batch', 'always'));
    await boot([Received]);
    await publisher.publish(receivedBatch, frame('poison'));
    await publisher.publish(receivedBatch, {
      ...frame('malformed'),
      crc32: 'no number' as unknown as number,
    });
    await settled();
    expect((await counts()).failed - before).toBe(2);
  });

  it('shows a job that failed for good, and tries it once more when it is told to', async () => {
    const failed = new FailedJobs({ redisUrl: redis.url, shards: 2, onError: ignore });
    let isBroken = true;
    const done: string[] = [];
    work = ({ batchId }) => {
      if (isBroken) return Promise.reject(new PermanentError('corrupt_batch', 'broken'));
      done.push(batchId);
      return Promise.resolve();
    };
    await boot([Received]);
    await publisher.publish(receivedBatch, frame('to-retry'));
    const mine = async () => (await failed.list(100)).find(({ id }) => id === 'to-retry');
    await settled();
    const job = await mine();
    expect(job).toMatchObject({ queue: 'received', reason: expect.stringContaining('corrupt_batch') });
    isBroken = false;
    expect(await failed.retry({ queue: 'received', shard: 0, id: 'nobody' })).toBe(false);
    if (job) expect(await failed.retry(job)).toBe(true);
    await settled();
    expect(done).toEqual(['to-retry']);
    expect(await mine()).toBeUndefined();
    failed.close();
  });

  it('says that it is stuck when jobs wait and none is taken', async () => {
    let release: () => void = ignore;
    const held = new Promise<void>((resolve) => (release = resolve));
    work = () => held;
    const { transport } = await boot([Received], { concurrency: 1, stuckAfterMs: 50 });
    await publisher.publish(receivedBatch, frame('one'));
    for (const id of ['two', 'three', 'four', 'five', 'six'])
      await publisher.publish(receivedBatch, frame(id));
    while ((await transport.stuck()) === undefined) await inspector.inspect();
    expect(await transport.stuck()).toMatch(/jobs wait, and none was taken/);
    release();
    await settled();
    expect(await transport.stuck()).toBeUndefined();
  });

  it('keeps a job whose pattern nobody handles', async () => {
    const before = (await counts()).failed;
    work = () => Promise.resolve();
    await boot([Received]);
    await publisher.publish({ ...receivedBatch, pattern: 'batch.unheard-of' }, frame('unheard-of'));
    await settled();
    expect((await counts()).failed - before).toBe(1);
  });

  it('does not add a waiting job twice', async () => {
    await publisher.publish(receivedBatch, frame('twice'));
    await publisher.publish(receivedBatch, frame('twice'));
    expect((await counts()).unfinished).toBe(1);
    const seen = deliveries(1);
    await boot([Received]);
    expect(await seen).toEqual(['twice']);
  });

  it('refuses to boot with a missing, a duplicate or an undeclared handler', async () => {
    await expect(boot([])).rejects.toThrow('none for batch.received');
    await expect(boot([Received, ReceivedAgain])).rejects.toThrow('more than one for batch.received');
    @Controller()
    class Undeclared {
      @Handles(partitionedBatch)
      partitioned(): Promise<void> {
        return Promise.resolve();
      }
    }
    await expect(boot([Received, Undeclared])).rejects.toThrow(
      'batch.partitioned is not among the contracts',
    );
  });

  it('finishes the job in work before it closes', async () => {
    let finish = ignore as () => void;
    const started = deliveries(1, () => new Promise((resolve) => (finish = resolve)));
    const begun = new Promise<void>((resolve) => {
      const inner = work;
      work = (payload, context) => {
        resolve();
        return inner(payload, context);
      };
    });
    const { app } = await boot([Received]);
    await publisher.publish(receivedBatch, frame('in-work'));
    await begun;
    const closed = app.close();
    finish();
    await Promise.all([closed, started]);
    expect((await counts()).unfinished).toBe(0);
  });

  it('fails a publish at once while Redis is away, and works again when it is back', async () => {
    await redis.kill();
    await expect(publisher.publish(receivedBatch, frame('away'))).rejects.toThrow('redis_unavailable');
    const started = performance.now();
    await expect(publisher.publish(receivedBatch, frame('away'))).rejects.toThrow('redis_unavailable');
    expect(performance.now() - started).toBeLessThan(500);
    const seen = deliveries(1);
    await redis.restart();
    while (!publisher.isConnected) await new Promise(setImmediate);
    await publisher.publish(receivedBatch, frame('back'));
    await boot([Received]);
    expect(await seen).toContain('back');
  });
});
