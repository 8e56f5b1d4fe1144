import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuplicateFilter } from '#dedupe';
import { durabilityProblems, masterOf, mastersOf, readDurabilitySettings } from '#redis';
import { startRedisCluster, type RedisCluster } from '#testing';
import { AuditTraffic, Random } from '#tools/local-google';
import { Judge, Platform, appNames, drain, driveTraffic, type PlatformConnection } from '../index.js';

const shards = 3;

describe('on a Redis Cluster of three masters', () => {
  let folder: string;
  let cluster: RedisCluster;
  let platform: Platform;
  let judge: Judge;
  const connections: PlatformConnection[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'floodgate-cluster-'));
    cluster = await startRedisCluster();
    platform = await Platform.start({
      ports: 'free',
      redisUrl: cluster.url,
      logDirectory: folder,
      objectIntervalMs: 300,
      replicas: { receiver: 2 },
      environment: { QUEUE_SHARDS: String(shards), SHUTDOWN_GRACE_MS: '1000' },
    });
    Object.assign(process.env, platform.aws.environment);
    judge = new Judge(platform.aws.queueUrl('judge'));
    judge.start();
    for (const tenant of ['acme', 'beta', 'gamma']) connections.push(await platform.connect(tenant));
  });
  afterAll(async () => {
    await judge.stop();
    await platform.stop();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Publishes for all customers, evenly, until `meanwhile` is done. */
  async function underLoad(meanwhile: () => Promise<void>): Promise<void> {
    const done = new AbortController();
    const subscriptions = connections.map(({ tenant, subscription }, seed) => ({
      name: subscription,
      weight: 1,
      source: new AuditTraffic({ seed, tenant, malformedShare: 0.1 }),
    }));
    const traffic = driveTraffic({
      google: platform.google,
      subscriptions,
      rateAt: () => 200,
      duplicateShare: 0.1,
      random: new Random(1),
      signal: done.signal,
    });
    await meanwhile().finally(() => {
      done.abort();
    });
    await traffic;
  }

  async function expectBooksToClose(): Promise<void> {
    const reports = await drain(platform, judge, 20_000);
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(reports.every(({ pushed }) => pushed > 0)).toBe(true);
  }

  const total = (of: (stats: ReturnType<Platform['google']['stats']>[number]) => number) =>
    platform.google.stats().reduce((sum, stats) => sum + of(stats), 0);
  const acked = () => total((stats) => stats.acked);
  const nacked = () =>
    total(({ nackedByCode }) => Object.values(nackedByCode).reduce((sum, count) => sum + count, 0));

  async function acknowledges(more: number): Promise<void> {
    const wanted = acked() + more;
    while (acked() < wanted) await wait(20);
  }

  it('delivers everything and closes the books, with queues on every master', async () => {
    await underLoad(() => acknowledges(400));
    await expectBooksToClose();
    for (const master of await mastersOf(platform.control)) {
      expect(await master.info('commandstats')).toMatch(/cmdstat_bzpopmin:calls=/);
    }
  });

  it('looks at the settings of every master', async () => {
    const settings = () => readDurabilitySettings(platform.control);
    expect(durabilityProblems(await settings())).toEqual([]);
    const last = (await mastersOf(platform.control)).at(-1);
    await last?.config('SET', 'appendfsync', 'everysec');
    expect(durabilityProblems(await settings())).toEqual([expect.stringContaining('appendfsync always')]);
    const { status } = await fetch(`${platform.app('receiver').healthUrl}/readyz`);
    expect(status).toBe(503);
    await last?.config('SET', 'appendfsync', 'always');
  });

  it('finds duplicates of connections whose memory lies on different masters', async () => {
    const filter = new DuplicateFilter(platform.control, 3_600, shards);
    const keys = Array.from({ length: 20 }, (_, index) => ({
      connectionId: `connection-${String(index)}`,
      messageId: String(1_000 + index),
      publishTime: '2026-11-01T00:00:00Z',
    }));
    expect(await filter.claim('one', keys)).toEqual(keys.map(() => false));
    expect(await filter.claim('two', keys)).toBe('contested');
    await filter.mark('one', keys);
    expect(await filter.claim('one', keys)).toBe('handed-on');
    expect(await filter.claim('two', keys)).toEqual(keys.map(() => true));
  });

  it('acknowledges nothing that it loses while a master is away, and goes on with it', async () => {
    // The one that has the books has shards of both queues and of the memory for duplicates, too.
    const [, port] = (await masterOf(platform.control, '{books}')?.config('GET', 'port')) as string[];
    const master = cluster.masters.find((one) => String(one.port) === port);
    await underLoad(async () => {
      await acknowledges(50);
      await master?.kill();
      const before = nacked();
      while (nacked() < before + 5) await wait(20);
      await master?.restart();
      await acknowledges(50);
    });
    await expectBooksToClose();
  });

  it('lets every app exit with 0 when the whole cluster is away', async () => {
    await Promise.all(cluster.masters.map((master) => master.kill()));
    const apps = appNames.flatMap((name) => platform.replicas(name));
    expect(await Promise.all(apps.map((app) => app.stop()))).toEqual(apps.map(() => 0));
  });
});
