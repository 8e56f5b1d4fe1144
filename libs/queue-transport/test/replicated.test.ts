import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { receivedBatch, seal } from '#contracts';
import { startRedisServer, type RedisServer } from '#testing';
import { JobPublisher } from '../index.js';

let master: RedisServer;
let replica: RedisServer;
let publisher: JobPublisher;

beforeAll(async () => {
  // A replica that comes back is served at once, not after the usual five seconds.
  master = await startRedisServer({ settings: { 'repl-diskless-sync-delay': '0' } });
  replica = await startRedisServer({ settings: { replicaof: `127.0.0.1 ${String(master.port)}` } });
  publisher = new JobPublisher({
    redisUrl: master.url,
    shards: 1,
    deadlineMs: 400,
    replicas: 1,
    onError: () => undefined,
  });
});
afterAll(async () => {
  publisher.close();
  await Promise.all([master.stop(), replica.stop()]);
});

const publish = async (batchId: string) => publisher.publish(receivedBatch, await seal(batchId, {}, []));

/** Tries until a publish is acknowledged; the test's own time-out bounds it. */
async function untilAcknowledged(): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await publish(`attempt-${String(attempt)}`);
      return;
    } catch {
      await wait(20);
    }
  }
}

it('takes a job for stored only when the replica has it, and recovers with the replica', async () => {
  await untilAcknowledged();
  process.kill(replica.pid, 'SIGSTOP');
  try {
    await expect(publish('lonely')).rejects.toMatchObject({ code: 'redis_unavailable' });
  } finally {
    process.kill(replica.pid, 'SIGCONT');
  }
  await untilAcknowledged();
  await replica.kill();
  await expect(publish('alone')).rejects.toMatchObject({ code: 'redis_unavailable' });
  await replica.restart();
  await untilAcknowledged();
});
