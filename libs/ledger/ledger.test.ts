import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookRow } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { bookHourOf, hoursWithin } from './balance.js';
import { Ledger } from './ledger.js';

const hours = ['2026-02-03T04', '2026-02-03T05'];
const days = ['2026-02-03', '2026-02-04'];

const row = fc
  .record({
    tenantId: fc.constantFrom('acme', 'beta'),
    connectionId: fc.constantFrom('c1', 'c_2-x'),
    hour: fc.constantFrom(...hours),
    delivered: fc.nat(500),
    duplicate: fc.nat(50),
    quarantined: fc.nat(5),
    taken: fc.option(
      fc.record({
        day: fc.constantFrom(...days),
        lines: fc.nat(500),
        bytes: fc.nat(1_000_000),
        billedBytes: fc.nat(1_000_000),
      }),
      { nil: undefined },
    ),
  })
  .map(({ taken, ...counts }): BookRow => ({
    ...counts,
    ...(taken && { taken }),
    received: counts.delivered + counts.duplicate + counts.quarantined,
  }));
const batch = fc.array(row, { minLength: 1, maxLength: 4 });

describe('Ledger', () => {
  let server: RedisServer;
  let redis: Redis;
  let ledger: Ledger;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, 'control', () => undefined);
    ledger = new Ledger(redis, 0);
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    disconnectRedis(redis);
    await server.stop();
  });

  it('balances, whatever posts come, go missing at the receiver, come late or come again', async () => {
    const post = fc.tuple(fc.nat(9), fc.constantFrom('received' as const, 'settle' as const));
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 10 }),
        fc.array(post, { maxLength: 40 }),
        async (batches, posts) => {
          await redis.flushall();
          const everySettled = batches.map((_, index) => [index, 'settle'] as const);
          for (const [index, what] of [...posts, ...everySettled]) {
            const rows = batches[index];
            if (rows) await ledger[what](`batch-${String(index)}`, rows);
          }
          const books = await ledger.read(hours);
          expect(books.every(({ inFlight }) => inFlight === 0)).toBe(true);
          const sum = (
            rows: readonly BookRow[],
            what: 'received' | 'delivered' | 'duplicate' | 'quarantined',
          ) => rows.reduce((all, one) => all + one[what], 0);
          for (const what of ['received', 'delivered', 'duplicate', 'quarantined'] as const) {
            expect(sum(books, what)).toBe(sum(batches.flat(), what));
          }
          for (const day of days) {
            const pages = await ledger.taken(day);
            for (const tenantId of ['acme', 'beta']) {
              const rows = batches.flat().filter((one) => one.tenantId === tenantId);
              const taken = rows.flatMap((one) => (one.taken?.day === day ? one.taken : []));
              expect(pages.get(tenantId)?.billedBytes ?? 0).toBe(
                taken.reduce((all, { billedBytes }) => all + billedBytes, 0),
              );
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('posts receipts that come together in one call, and each only once', async () => {
    const lingering = new Ledger(redis, 50);
    const received = { tenantId: 'acme', connectionId: 'c1', hour: hours[0] ?? '', received: 7 };
    const settled = { ...received, delivered: 6, duplicate: 1, quarantined: 0 };
    await lingering.received('b1', [received]);
    await lingering.settle('b2', [settled]);
    await redis.config('RESETSTAT');
    const receipts = ['b1', 'b2', 'b3', 'b3', 'b4'].map((batchId) =>
      lingering.received(batchId, [{ ...received, lastReceivedAtMs: 1_770_000_000_000 }]),
    );
    await Promise.all(receipts);
    expect(await redis.info('commandstats')).toContain('cmdstat_evalsha:calls=1,');
    expect(await ledger.read(hours)).toEqual([{ ...settled, received: 28, inFlight: 21 }]);
    expect((await ledger.lastReceivedAtMs()).get('c1')).toBe(1_770_000_000_000);
  });

  it('tells of a connection when its last event came, though its batch is settled already', async () => {
    const row = { tenantId: 'acme', connectionId: 'c1', hour: hours[0] ?? '', received: 1 };
    await ledger.settle('b1', [{ ...row, delivered: 1, duplicate: 0, quarantined: 0 }]);
    await ledger.received('b1', [{ ...row, lastReceivedAtMs: 1_770_000_000_000 }]);
    expect((await ledger.lastReceivedAtMs()).get('c1')).toBe(1_770_000_000_000);
  });

  it('shows as in flight what was received and not settled', async () => {
    const received = { tenantId: 'acme', connectionId: 'c1', hour: hours[0] ?? '', received: 7 };
    await ledger.received('b1', [received]);
    await ledger.received('b1', [received]);
    expect(await ledger.read(hours)).toEqual([
      { ...received, delivered: 0, duplicate: 0, quarantined: 0, inFlight: 7 },
    ]);
  });

  it('remembers when a connection last had an event, and never goes back', async () => {
    const received = { tenantId: 'acme', connectionId: 'c1', hour: hours[0] ?? '', received: 1 };
    await ledger.received('b1', [{ ...received, lastReceivedAtMs: 1_770_000_000_123 }]);
    await ledger.received('b2', [{ ...received, lastReceivedAtMs: 1_770_000_000_000 }]);
    expect(await ledger.lastReceivedAtMs()).toEqual(new Map([['c1', 1_770_000_000_123]]));
  });

  it('lets its marks expire', async () => {
    await ledger.received('b1', [
      { tenantId: 'acme', connectionId: 'c1', hour: hours[0] ?? '', received: 1 },
    ]);
    expect(await redis.ttl('{books}:batch:b1')).toBeGreaterThan(0);
    expect(await redis.ttl(`{books}:hour:${hours[0] ?? ''}`)).toBeGreaterThan(0);
  });
});

describe('book hours', () => {
  it('are UTC hours', () => {
    expect(bookHourOf(Date.UTC(2026, 1, 3, 4, 59, 59, 999))).toBe('2026-02-03T04');
    expect(hoursWithin(Date.UTC(2026, 1, 3, 22, 30), Date.UTC(2026, 1, 4, 0, 0))).toEqual([
      '2026-02-03T22',
      '2026-02-03T23',
      '2026-02-04T00',
    ]);
    expect(hoursWithin(2, 1)).toEqual(['1970-01-01T00']);
  });
});
