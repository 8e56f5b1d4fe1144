import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  partitionedBatch,
  partitionedHeader,
  quarantineLine,
  seal,
  unseal,
  type BookRow,
  type JobPayload,
} from '#contracts';
import { Ledger, bookDayOf, bookHourOf, hoursWithin } from '#ledger';
import { JobPublisher, QueueInspector } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { freePort, startRedisServer, type RedisServer } from '#testing';
import type { FaultsInput } from '#tools/local-firehose';
import { AppProcess } from '../app-process.js';
import { startLocalAws, type LocalAws } from '../aws.js';
import { Judge } from '../judge.js';
import { LandedEvents } from './landed-events.js';

const startedMs = Date.now();
const hour = bookHourOf(startedMs);
const ignore = () => undefined;

describe('the deliverer, with the local Firehose', () => {
  let folder: string;
  let server: RedisServer;
  let redis: Redis;
  let aws: LocalAws;
  let judge: Judge;
  let landed: LandedEvents;
  let deliverer: AppProcess;
  let publisher: JobPublisher;
  let inspector: QueueInspector;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'floodgate-deliverer-'));
    server = await startRedisServer();
    redis = connectRedis(server.url, 'control', ignore);
    aws = await startLocalAws({ ports: { aws: 0, firehose: 0 }, streams: 2, objectIntervalMs: 200 });
    Object.assign(process.env, aws.environment);
    judge = new Judge(aws.queueUrl('judge'), (object) => {
      landed.add(object);
    });
    judge.start();
    publisher = new JobPublisher({ redisUrl: server.url, shards: 1, deadlineMs: 2_000, onError: ignore });
    inspector = new QueueInspector({ redisUrl: server.url, shards: 1, onError: ignore });
    await inspector.inspect();
    const healthPort = String(await freePort());
    const environment = {
      REDIS_URL: server.url,
      HOST: '127.0.0.1',
      HEALTH_PORT: healthPort,
      FIREHOSE_STREAMS: aws.streams.join(','),
      DELIVERY_LINGER_MS: '20',
      RETRY_IN_PLACE_MS: '400',
      CALL_TIMEOUT_MS: '1000',
      ...aws.environment,
    };
    const log = join(folder, 'deliverer.log');
    deliverer = new AppProcess('deliverer', environment, `http://127.0.0.1:${healthPort}`, log);
    await deliverer.start();
  });
  afterAll(async () => {
    await deliverer.stop();
    await judge.stop();
    publisher.close();
    inspector.close();
    disconnectRedis(redis);
    await aws.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    landed = new LandedEvents();
  });
  afterEach(() => {
    aws.firehose.setFaults({});
  });

  const line = (tenant: string, entry: object) =>
    `{"tenant_id":"${tenant}","log_entry":${JSON.stringify(entry)}}\n`;
  const entries = (count: number, more: object = {}) =>
    Array.from({ length: count }, (_, n) => ({ n, id: randomUUID(), ...more }));

  /** One job, with a segment for each tenant. */
  async function publish(byTenant: Record<string, object[]>): Promise<string> {
    const batchId = randomUUID();
    const segments = Object.entries(byTenant).map(([tenantId, of]) => ({
      kind: 'events' as const,
      tenantId,
      connectionId: `connection-of-${tenantId}`,
      hour,
      events: of.length,
      lines: of.length,
    }));
    const payloads = Object.entries(byTenant).map(([tenant, of]) =>
      Buffer.from(of.map((entry) => line(tenant, entry)).join('')),
    );
    const settled = segments.map(({ tenantId, connectionId, events }) => ({
      ...{ tenantId, connectionId, hour, received: events },
      ...{ delivered: 0, duplicate: 0, quarantined: 0 },
    }));
    await publisher.publish(partitionedBatch, { ...(await seal(batchId, { segments }, payloads)), settled });
    return batchId;
  }

  /** Looks until it holds. @throws after twenty seconds */
  async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + 20_000;
    while (!(await holds())) {
      if (performance.now() > deadlineMs) throw new Error(`it never came about: ${holds.toString()}`);
      await wait(10);
    }
  }
  const jobIsThere = async (batchId: string) => (await redis.exists(jobKey(batchId))) === 1;
  const jobKey = (batchId: string) => `{partitioned-0}:partitioned:${batchId}`;

  async function books(tenant: string): Promise<Partial<BookRow>> {
    const rows = await new Ledger(redis).read(hoursWithin(startedMs, Date.now()));
    return rows.find(({ tenantId }) => tenantId === tenant) ?? {};
  }

  async function expectLanded(byTenant: Record<string, object[]>): Promise<void> {
    await aws.firehose.flush();
    for (const [tenant, of] of Object.entries(byTenant)) {
      const expected = of.map((entry) => JSON.stringify(entry)).sort();
      await eventually(() => landed.of(tenant).length >= expected.length);
      expect([...new Set(landed.of(tenant))]).toEqual(expected);
    }
  }

  const stats = () => Object.values(aws.firehose.stats());
  const total = (
    name:
      | 'calls'
      | 'billedBytes'
      | 'recordsAccepted'
      | 'recordsFailed'
      | 'recordsResentAfterAccept'
      | 'overfullRecords'
      | 'failedSubRecords',
  ) => stats().reduce((sum, one) => sum + one[name], 0);

  it('puts the lines of many jobs together, never more than 500 in a record, and settles the books once', async () => {
    const before = total('recordsAccepted');
    const jobs = Array.from({ length: 40 }, () => entries(30));
    const ids = await Promise.all(jobs.map((of) => publish({ many: of })));
    await eventually(async () => !(await Promise.all(ids.map(jobIsThere))).includes(true));
    await expectLanded({ many: jobs.flat() });
    expect(await books('many')).toMatchObject({ received: 1_200, delivered: 1_200, quarantined: 0 });
    expect(total('recordsAccepted') - before).toBeLessThan(40);
    expect(total('overfullRecords')).toBe(0);
    expect(total('failedSubRecords')).toBe(0);
  });

  it('spreads tenants over the streams, each on one', async () => {
    const tenants = Array.from({ length: 24 }, (_, n) => [`spread-${String(n)}`, entries(2)] as const);
    const before = stats().map(({ recordsAccepted }) => recordsAccepted);
    await publish(Object.fromEntries(tenants));
    await expectLanded(Object.fromEntries(tenants));
    const grown = stats().map(({ recordsAccepted }, index) => recordsAccepted - (before[index] ?? 0));
    expect(Math.min(...grown)).toBeGreaterThan(4);
    expect(grown.reduce((sum, records) => sum + records)).toBe(24);
  });

  it.each<[string, FaultsInput, number]>([
    ['fails 3 of 7 records', { records: { fail: 3, of: 7, times: 5 } }, 1],
    ['throttles whole calls', { throttle: { times: 5 } }, 0],
    ['answers 500 to whole calls', { internal: { times: 5 } }, 0],
  ])(
    'lands every line once, and sends only what is owed again, while Firehose %s',
    async (_, fault, leastFailed) => {
      const tenants = Array.from(
        { length: 21 },
        (__, n) => [`owed-${String(total('calls'))}-${String(n)}`, entries(3)] as const,
      );
      const [calls, accepted, failed, resent] = [
        total('calls'),
        total('recordsAccepted'),
        total('recordsFailed'),
        total('recordsResentAfterAccept'),
      ];
      aws.firehose.setFaults(fault);
      const batchId = await publish(Object.fromEntries(tenants));
      await eventually(async () => !(await jobIsThere(batchId)));
      await expectLanded(Object.fromEntries(tenants));
      for (const [tenant] of tenants) {
        expect(landed.of(tenant)).toHaveLength(3);
        expect(await books(tenant)).toMatchObject({ received: 3, delivered: 3, quarantined: 0 });
      }
      expect(total('recordsAccepted') - accepted).toBe(21);
      expect(total('recordsResentAfterAccept')).toBe(resent);
      expect(total('recordsFailed') - failed).toBeGreaterThanOrEqual(leastFailed);
      expect(total('calls') - calls).toBeGreaterThanOrEqual(2);
    },
  );

  it('sends a poisonous line alone to quarantine, with its bytes, and lands its neighbours', async () => {
    aws.firehose.setFaults({ invalid: { containing: 'poison' } });
    const [neighbours, poison] = [entries(60), { n: -1, text: 'poison' }];
    await publish({ victim: [...neighbours.slice(0, 30), poison, ...neighbours.slice(30)] });
    await expectLanded({ victim: neighbours });
    await eventually(() => landed.quarantineOf('victim').length === 1);
    const [, base64 = ''] = landed.quarantineOf('victim')[0]?.split(' ') ?? [];
    expect(Buffer.from(base64, 'base64').toString()).toContain(JSON.stringify(poison));
    expect(quarantineLine.shape.reason.options).toContain('refused_by_sink');
    expect(await books('victim')).toMatchObject({ received: 61, delivered: 60, quarantined: 1 });
  });

  it('keeps only what is owed in the job while one of two streams is away', async () => {
    const tenants = Array.from({ length: 8 }, (_, n) => [`half-${String(n)}`, entries(3)] as const);
    aws.firehose.setFaults({ stream: 'floodgate-0', throttle: {} });
    const resent = total('recordsResentAfterAccept');
    const batchId = await publish(Object.fromEntries(tenants));
    let owed: string[] = [];
    let settled: BookRow[] = [];
    await eventually(async () => {
      const data = await redis.hget(jobKey(batchId), 'data');
      const job = JSON.parse(data ?? 'null') as JobPayload<typeof partitionedBatch>;
      owed = (await unseal(job, partitionedHeader)).header.segments.map(({ tenantId }) => tenantId);
      settled = job.settled;
      return owed.length < 8;
    });
    expect(owed.length).toBeGreaterThan(0);
    const done = settled.filter(({ delivered }) => delivered > 0).map(({ tenantId }) => tenantId);
    expect([...done, ...owed].sort()).toEqual(tenants.map(([tenant]) => tenant).sort());
    aws.firehose.setFaults({});
    await eventually(async () => !(await jobIsThere(batchId)));
    await expectLanded(Object.fromEntries(tenants));
    expect(total('recordsResentAfterAccept')).toBe(resent);
    for (const [tenant] of tenants) expect(await books(tenant)).toMatchObject({ received: 3, delivered: 3 });
  });

  /** What Firehose bills for what is done meanwhile, and what of that stands in the books. */
  async function billedFor(work: () => Promise<void>): Promise<{ firehose: number; books: number }> {
    const booked = async () => {
      const days = new Set([startedMs, Date.now()].map(bookDayOf));
      const pages = await Promise.all([...days].map((day) => new Ledger(redis).taken(day)));
      return pages
        .flatMap((page) => [...page.values()])
        .reduce((sum, { billedBytes }) => sum + billedBytes, 0);
    };
    const before = { firehose: total('billedBytes'), books: await booked() };
    await work();
    return {
      firehose: total('billedBytes') - before.firehose,
      books: (await booked()) - before.books,
    };
  }

  it.each<[string, FaultsInput]>([
    ['takes everything', {}],
    ['fails 3 of 7 records', { records: { fail: 3, of: 7, times: 9 } }],
    ['fails so often that jobs go back to the queue', { records: { fail: 6, of: 7, times: 25 } }],
    ['refuses a poisonous line', { invalid: { containing: 'poison' } }],
  ])('posts to the byte what Firehose bills, while it %s', async (_, fault) => {
    aws.firehose.setFaults(fault);
    const billed = await billedFor(async () => {
      const jobs = Array.from({ length: 12 }, (__, n) =>
        publish({
          'billed-many': entries(40, { text: 'x'.repeat(n * 97) }),
          [`billed-${String(n % 3)}`]: [...entries(3), ...(n === 5 ? [{ text: 'poison' }] : [])],
        }),
      );
      const ids = await Promise.all(jobs);
      await eventually(async () => !(await Promise.all(ids.map(jobIsThere))).includes(true));
    });
    expect(billed.books).toBeGreaterThan(12 * 40 * 500);
    expect(billed.books).toBe(billed.firehose);
  });

  it('posts to the byte what Firehose bills, though the deliverer is killed with a job half done', async () => {
    aws.firehose.setFaults({ stream: 'floodgate-0', throttle: {} });
    const billed = await billedFor(async () => {
      const tenants = Array.from({ length: 8 }, (_, n) => [`killed-${String(n)}`, entries(30)] as const);
      const batchId = await publish(Object.fromEntries(tenants));
      await eventually(async () => {
        const job = JSON.parse((await redis.hget(jobKey(batchId), 'data')) ?? 'null') as {
          settled: BookRow[];
        };
        return job.settled.some(({ taken }) => taken !== undefined);
      });
      const { restarts } = deliverer;
      deliverer.kill();
      await eventually(() => deliverer.restarts > restarts);
      await deliverer.ready();
      aws.firehose.setFaults({});
      await eventually(async () => !(await jobIsThere(batchId)));
    });
    expect(billed.books).toBeGreaterThan(0);
    expect(billed.books).toBe(billed.firehose);
  });

  it('posts once what Firehose took and bills twice, because its answer was not heard', async () => {
    aws.firehose.setFaults({ acceptThenSilence: { times: 1 } });
    const billed = await billedFor(async () => {
      const batchId = await publish({ twice: entries(100) });
      await eventually(async () => !(await jobIsThere(batchId)));
    });
    expect(billed.books).toBeGreaterThan(0);
    expect(billed.firehose).toBe(2 * billed.books);
  });

  it('does not complete a job before every line was taken', async () => {
    aws.firehose.setFaults({ internal: { chance: 1 } });
    const of = entries(5);
    const before = total('calls');
    const batchId = await publish({ patient: of });
    await eventually(() => total('calls') > before + 5);
    expect(await jobIsThere(batchId)).toBe(true);
    expect(await books('patient')).toEqual({});
    aws.firehose.setFaults({});
    await eventually(async () => !(await jobIsThere(batchId)));
    await expectLanded({ patient: of });
    expect(await books('patient')).toMatchObject({ received: 5, delivered: 5 });
  });

  it('lands everything though answers never come, and takes a silent call for a failed one', async () => {
    aws.firehose.setFaults({ acceptThenSilence: { times: 2 } });
    const of = entries(10);
    const batchId = await publish({ silent: of });
    await eventually(async () => !(await jobIsThere(batchId)));
    await expectLanded({ silent: of });
    expect(await books('silent')).toMatchObject({ received: 10, delivered: 10 });
  });
});
