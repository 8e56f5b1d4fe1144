import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { receivedBatch, type QuarantineLine } from '#contracts';
import { JobPublisher } from '#queue-transport';
import { AuditTraffic, Random } from '#tools/local-google';
import { eventsIn, quarantineLinesOf, replayBatches } from '#tools/replay';
import { Judge, Platform, drain, type PlatformConnection } from '../index.js';
import { LandedEvents } from './landed-events.js';

const samples = join(import.meta.dirname, '../../../../shared/samples/gcp-audit');
const drainMs = 60_000;

/** What was published for one tenant. */
type Published = { entries: string[]; malformed: string[] };

describe('the whole path, from a signed push to objects in S3', () => {
  let folder: string;
  let platform: Platform;
  let judge: Judge;
  let landed: LandedEvents;
  let tenants = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'floodgate-pipeline-'));
    platform = await Platform.start({
      ports: 'free',
      redisUrl: undefined,
      logDirectory: folder,
      objectIntervalMs: 500,
      environment: { CALL_TIMEOUT_MS: '2000', POLL_MS: '1000' },
    });
    Object.assign(process.env, platform.aws.environment);
    judge = new Judge(platform.aws.queueUrl('judge'), (object) => {
      landed.add(object);
    });
    judge.start();
  });
  afterAll(async () => {
    await judge.stop();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    landed = new LandedEvents();
  });

  /** Customers of this test alone, known to the receiver. */
  async function connect(count: number): Promise<PlatformConnection[]> {
    const connections: PlatformConnection[] = [];
    for (let index = 0; index < count; index += 1) {
      tenants += 1;
      connections.push(await platform.connect(`tenant-${String(tenants)}`));
    }
    return connections;
  }

  /** Publishes entries for a customer; some are delivered again although they were acknowledged. */
  function publish(to: PlatformConnection, data: Buffer, random: Random): string {
    return platform.google.publish(to.subscription, data, { duplicates: random.chance(0.2) ? 2 : 0 });
  }

  function publishMixed(to: PlatformConnection, entries: readonly Buffer[], random: Random): Published {
    const published: Published = { entries: [], malformed: [] };
    for (const entry of entries) {
      publish(to, entry, random);
      published.entries.push(entry.toString());
      if (!random.chance(0.1)) continue;
      const malformed = entry.subarray(0, entry.length - 1 - random.below(20));
      const messageId = publish(to, malformed, random);
      published.malformed.push(`${messageId} ${malformed.toString('base64')}`);
    }
    return { entries: published.entries.sort(), malformed: published.malformed.sort() };
  }

  /** Publishes generated entries for a while, evenly. */
  async function publishFor(
    ms: number,
    connections: readonly PlatformConnection[],
    perSecond: number,
  ): Promise<Map<string, string[]>> {
    const published = new Map<string, string[]>(connections.map(({ tenant }) => [tenant, []]));
    const sources = connections.map(
      ({ tenant }, seed) => new AuditTraffic({ seed, tenant, malformedShare: 0 }),
    );
    const tickMs = 20;
    for (let passedMs = 0; passedMs < ms; passedMs += tickMs) {
      for (let n = 0; n < (perSecond * tickMs) / 1_000; n += 1) {
        connections.forEach(({ tenant, subscription }, index) => {
          const data = sources[index]?.next(Date.now()).data ?? Buffer.alloc(0);
          platform.google.publish(subscription, data);
          published.get(tenant)?.push(data.toString());
        });
      }
      await wait(tickMs);
    }
    return published;
  }

  async function expectBooksToClose(): Promise<void> {
    const reports = await drain(platform, judge, drainMs);
    expect(reports.map(({ tenant, problems }) => ({ tenant, problems }))).toEqual(
      reports.map(({ tenant }) => ({ tenant, problems: [] })),
    );
    expect(reports.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBe(0);
  }

  /** Nothing is missing and nothing is invented; an entry may have landed twice. */
  async function expectNothingLost(published: ReadonlyMap<string, readonly string[]>): Promise<void> {
    for (const [tenant, entries] of published) {
      // A repeated line can make up the count while the last object is still being read.
      const isThere = () => new Set(landed.of(tenant)).size >= new Set(entries).size;
      for (let tries = 0; tries < 200 && !isThere(); tries += 1) await wait(50);
      const there = new Set(landed.of(tenant));
      expect(entries.filter((entry) => !there.has(entry))).toEqual([]);
      expect(there.size).toBe(new Set(entries).size);
    }
  }

  const firehose = () => {
    const all = Object.values(platform.aws.firehose.stats());
    const sum = (name: 'recordsFailed' | 'recordsAccepted' | 'recordsOffered' | 'recordsResentAfterAccept') =>
      all.reduce((total, stats) => total + stats[name], 0);
    return {
      failed: sum('recordsFailed'),
      accepted: sum('recordsAccepted'),
      offered: sum('recordsOffered'),
      resentAfterAccept: sum('recordsResentAfterAccept'),
    };
  };

  async function landsOnce(entries: readonly Buffer[]): Promise<void> {
    const connections = await connect(3);
    const published = connections.map((connection, seed) => ({
      tenant: connection.tenant,
      ...publishMixed(connection, entries, new Random(seed)),
    }));
    await expectBooksToClose();
    for (const { tenant, entries, malformed } of published) {
      expect(landed.of(tenant)).toEqual(entries);
      expect(landed.quarantineOf(tenant)).toEqual(malformed);
      expect(malformed.length).toBeGreaterThan(0);
    }
  }

  (existsSync(samples) ? it : it.skip)(
    'lands every real audit log entry once, byte for byte, for three tenants at once',
    async () => {
      const files = await readdir(samples);
      const whole = files.filter((name) => name.endsWith('.ndjson') && !name.endsWith('.fragments.ndjson'));
      const texts = await Promise.all(whole.map((name) => readFile(join(samples, name), 'utf8')));
      const entries = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
      expect(entries.length).toBeGreaterThan(250);
      await landsOnce(entries.map((entry) => Buffer.from(entry)));
    },
    120_000,
  );

  it('lands every generated entry once, byte for byte, for three tenants at once', async () => {
    const traffic = new AuditTraffic({ seed: 7, tenant: 'any', malformedShare: 0 });
    await landsOnce(Array.from({ length: 500 }, () => traffic.next(Date.now()).data));
  }, 120_000);

  it.each([
    ['fails 3 of 7 records', { records: { fail: 3, of: 7 } }],
    ['throttles whole calls', { throttle: { times: 12 } }],
    ['answers 500 to half of the calls', { internal: { chance: 0.5 } }],
  ])(
    'lands everything, and sends only what is owed again, while Firehose %s',
    async (_, fault) => {
      const connections = await connect(3);
      const before = firehose();
      platform.aws.firehose.setFaults(fault);
      const published = await publishFor(3_000, connections, 100);
      platform.aws.firehose.setFaults({});
      await expectBooksToClose();
      await expectNothingLost(published);
      const now = firehose();
      expect(now.resentAfterAccept - before.resentAfterAccept).toBe(0);
      if ('records' in fault) expect(now.failed).toBeGreaterThan(before.failed);
    },
    120_000,
  );

  it('replays what Firehose had refused, once, when that is fixed', async () => {
    const [connection] = await connect(1);
    if (!connection) return;
    const text = '{"insertId":"poison","protoPayload":{}}';
    platform.aws.firehose.setFaults({ invalid: { containing: '"poison"' } });
    platform.google.publish(connection.subscription, Buffer.from(text));
    await expectBooksToClose();
    expect(landed.of(connection.tenant)).toEqual([]);
    platform.aws.firehose.setFaults({});
    const publisher = new JobPublisher({
      redisUrl: platform.redis.url,
      shards: 1,
      deadlineMs: 5_000,
      onError: () => undefined,
    });
    await publisher.connected();
    for (let twice = 0; twice < 2; twice += 1) {
      const filter = { tenant: connection.tenant, reason: 'refused_by_sink' };
      const lines: QuarantineLine[] = [];
      for await (const line of quarantineLinesOf(platform.aws.bucket, filter)) lines.push(line);
      for (const batch of await replayBatches(eventsIn(lines), Date.now())) {
        await publisher.publish(receivedBatch, batch);
      }
      while ((await platform.books()).some(({ inFlight }) => inFlight > 0)) await wait(20);
    }
    publisher.close();
    await platform.aws.firehose.flush();
    while (landed.of(connection.tenant).length === 0) await wait(20);
    expect(landed.of(connection.tenant)).toEqual([text]);
  }, 60_000);

  it('lands everything when Firehose takes records and never answers', async () => {
    const connections = await connect(3);
    const before = firehose();
    platform.aws.firehose.setFaults({ acceptThenSilence: { times: 3 } });
    const published = await publishFor(3_000, connections, 100);
    await expectBooksToClose();
    await expectNothingLost(published);
    // Only what the three silent calls held may have been sent twice.
    expect(firehose().resentAfterAccept).toBeGreaterThan(before.resentAfterAccept);
  }, 120_000);

  it.each(['receiver', 'enricher', 'deliverer', 'monitor', 'portal'] as const)(
    'loses nothing that was acknowledged when the %s is killed, again and again, under load',
    async (name) => {
      const connections = await connect(2);
      const app = platform.app(name);
      const restarts = app.restarts;
      const publishing = publishFor(4_000, connections, 200);
      for (let kill = 0; kill < 3; kill += 1) {
        await wait(800);
        app.kill();
        await app.ready();
      }
      const published = await publishing;
      await expectBooksToClose();
      await expectNothingLost(published);
      expect(app.restarts).toBe(restarts + 3);
    },
    120_000,
  );
});
