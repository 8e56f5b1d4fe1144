import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { receivedBatch, seal } from '#contracts';
import { startRedisCluster, startRedisServer, type RedisServer } from '#testing';
import { JobPublisher, QueueInspector } from '../index.js';
import { shardOf } from '../shards.js';

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

const publish = async (batchId: string, by = publisher) =>
  by.publish(receivedBatch, await seal(batchId, {}, []));

/** Tries until a publish is acknowledged; the test's own time-out bounds it. */
async function untilAcknowledged(by = publisher, isUsed = (_batchId: string) => true): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const batchId = `attempt-${String(attempt)}`;
    if (!isUsed(batchId)) continue;
    try {
      await publish(batchId, by);
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

it('asks the master of a cluster that has the job, and after its failover the replica goes on', async () => {
  const cluster = await startRedisCluster({ 'cluster-node-timeout': '500', 'repl-diskless-sync-delay': '0' });
  const options = { redisUrl: cluster.url, shards: 3, onError: () => undefined };
  const certain = new JobPublisher({ ...options, deadlineMs: 400, replicas: 1 });
  const plain = new JobPublisher({ ...options, deadlineMs: 400 });
  const inspector = new QueueInspector(options);
  const isOf = (shard: number) => (batchId: string) => shardOf(batchId, 3) === shard;
  try {
    // The second master has {received-0}, the third {received-1}.
    const [, second] = cluster.masters;
    if (second) await cluster.addReplica(second);
    await untilAcknowledged(certain, isOf(0));
    const lonely = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].find(isOf(1)) ?? '';
    await expect(publish(lonely, certain)).rejects.toMatchObject({ code: 'redis_unavailable' });
    await second?.kill();
    await untilAcknowledged(plain, (batchId) => batchId !== 'attempt-0' && isOf(0)(batchId));
    const [first] = await inspector.inspect();
    expect(first).toMatchObject({ queue: 'received', shard: 0 });
    expect(first?.waiting).toBeGreaterThanOrEqual(2);
  } finally {
    certain.close();
    plain.close();
    inspector.close();
    await cluster.stop();
  }
});
