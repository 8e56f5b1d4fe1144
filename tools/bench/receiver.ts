import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionStore, newConnectionId } from '#connections';
import { Ledger, hoursWithin } from '#ledger';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { freePort, startGoogleIdentity, startRedisServer, type GoogleIdentity } from '#testing';
import type { LoadOptions, LoadResult } from '#tools/loadgen';
import { AppProcess } from '#tools/local-platform';
import { drive } from './drive.js';
import { metricsOf, redisUsage } from './usage.js';

export type ReceiverFigures = {
  redis: string;
  /** Pushes acknowledged a second, each on disk in Redis before its answer. */
  eventsPerSecond: number;
  latencyMs: LoadResult['latencyMs'];
  pushBytes: number;
  /** CPU seconds for a million events. */
  cpuSecondsPerMillion: { receiver: number; redis: number; both: number };
  memoryMiB: { receiver: number };
  redisBytesPerEvent: number;
  /** Acknowledged by the receiver, and what its books hold: equal, or something was lost. */
  acknowledged: number;
  inTheBooks: number;
};

export type BenchReceiverOptions = { durationMs: number; connections: number; tenants: number };

const warmUpMs = 3_000;

/**
 * Measures one receiver with a Redis that syncs every write to disk, driven as fast as it answers by a
 * load source in a process of its own. Nothing takes from the queue meanwhile.
 */
export async function benchReceiver(options: BenchReceiverOptions): Promise<ReceiverFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'floodgate-bench-'));
  const startedMs = Date.now();
  const [server, google] = await Promise.all([startRedisServer(), startGoogleIdentity()]);
  const redis = connectRedis(server.url, 'control', () => undefined);
  const [port, healthPort] = [await freePort(), await freePort()];
  const healthUrl = `http://127.0.0.1:${String(healthPort)}`;
  const environment = {
    REDIS_URL: server.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    HEALTH_PORT: String(healthPort),
    OIDC_JWKS_URL: google.jwksUrl,
  };
  const receiver = new AppProcess('receiver', environment, healthUrl, join(folder, 'receiver.log'));
  try {
    const targets = await connect(redis, google, options.tenants);
    await receiver.start();
    const url = `http://127.0.0.1:${String(port)}`;
    const load = { url, targets, connections: options.connections, seed: Date.now() % 10_000_000 };
    await drive({ ...load, durationMs: warmUpMs });
    const before = await usage(redis, healthUrl);
    const result = await drive({ ...load, seed: load.seed + 1, durationMs: options.durationMs });
    const after = await usage(redis, healthUrl);

    const events = result.byStatus['204'] ?? 0;
    const perMillion = (seconds: number) => (seconds * 1_000_000) / events;
    const cpu = {
      receiver: perMillion(after.receiverSeconds - before.receiverSeconds),
      redis: perMillion(after.redisSeconds - before.redisSeconds),
    };
    return {
      redis: after.redisVersion,
      eventsPerSecond: result.eventsPerSecond,
      latencyMs: result.latencyMs,
      pushBytes: Math.round((after.receivedBytes - before.receivedBytes) / events),
      cpuSecondsPerMillion: { ...cpu, both: cpu.receiver + cpu.redis },
      memoryMiB: { receiver: Math.round(after.receiverBytes / 2 ** 20) },
      redisBytesPerEvent: Math.round((after.redisBytes - before.redisBytes) / events),
      acknowledged: events,
      inTheBooks: (await received(redis, startedMs)) - before.acknowledged,
    };
  } finally {
    await receiver.stop();
    disconnectRedis(redis);
    await Promise.all([server.stop(), google.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function connect(
  redis: Redis,
  google: GoogleIdentity,
  tenants: number,
): Promise<LoadOptions['targets']> {
  const store = new ConnectionStore(redis);
  const targets: LoadOptions['targets'] = [];
  for (let index = 1; index <= tenants; index += 1) {
    const tenantId = `tenant-${String(index)}`;
    const subscription = `projects/${tenantId}/subscriptions/floodgate`;
    const account = {
      email: `push@${tenantId}.iam.gserviceaccount.com`,
      audience: `https://bench/${tenantId}`,
    };
    const { id } = await store.create({
      id: newConnectionId(),
      tenantId,
      name: tenantId,
      serviceAccountEmail: account.email,
      audience: account.audience,
      subscription,
      quota: { eventsPerSecond: 1_000_000 },
    });
    const token = await google.token({ ...account, uniqueId: String(100_000 + index) });
    targets.push({ path: `/v1/push/${id}`, token, subscription });
  }
  return targets;
}

/** What the receiver and Redis say of themselves. */
async function usage(redis: Redis, healthUrl: string) {
  const { cpuSeconds: redisSeconds, usedBytes: redisBytes, version } = await redisUsage(redis);
  const metric = await metricsOf(healthUrl);
  return {
    receiverSeconds: metric('process_cpu_seconds_total'),
    receiverBytes: metric('process_resident_memory_bytes'),
    receivedBytes: metric('floodgate_receiver_received_bytes_total'),
    acknowledged: metric('floodgate_receiver_acknowledged_total'),
    redisSeconds,
    redisBytes,
    redisVersion: version,
  };
}

async function received(redis: Redis, startedMs: number): Promise<number> {
  const rows = await new Ledger(redis).read(hoursWithin(startedMs, Date.now()));
  return rows.reduce((sum, row) => sum + row.received, 0);
}
