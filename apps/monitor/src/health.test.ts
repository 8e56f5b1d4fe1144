import { expect, it } from '@jest/globals';
import type { BookBalance } from '#ledger';
import type { Snapshot } from './findings.js';
import { healthOf } from './health.js';

const row = (connectionId: string, hour: string, received: number): BookBalance => ({
  tenantId: 'acme',
  connectionId,
  hour,
  received,
  delivered: received - 1,
  duplicate: 1,
  quarantined: 0,
  inFlight: 0,
});
const snapshot = (atMs: number, books: BookBalance[]): Snapshot => ({
  atMs,
  queues: [],
  connections: [
    {
      id: 'one',
      tenantId: 'acme',
      name: 'One',
      serviceAccountEmail: 'push@acme-logs.iam.gserviceaccount.com',
      audience: 'https://floodgate.test',
      subscription: 'projects/acme-logs/subscriptions/floodgate',
      state: 'active',
      quota: { eventsPerSecond: 10 },
      createdAt: '2026-02-01T00:00:00Z',
    },
  ],
  books,
  lastReceivedAtMs: new Map([['one', 1_000]]),
  landed: new Map([['beta', { objects: 2, quarantineObjects: 1, bytes: 9, lastAtMs: 2_000 }]]),
  awaitingSinceMs: new Map(),
  lastMisplacedAtMs: undefined,
});

it('sums the books of a tenant, and tells of tenants known from any side', () => {
  const { tenants, connections } = healthOf(
    snapshot(10_000, [row('one', '2026-02-03T10', 10), row('two', '2026-02-03T11', 5)]),
    undefined,
  );
  expect(tenants).toEqual([
    {
      tenantId: 'acme',
      last24Hours: { received: 15, delivered: 13, duplicate: 2, quarantined: 0, inFlight: 0 },
      landed: undefined,
    },
    {
      tenantId: 'beta',
      last24Hours: { received: 0, delivered: 0, duplicate: 0, quarantined: 0, inFlight: 0 },
      landed: { objects: 2, quarantineObjects: 1, bytes: 9, lastAt: '1970-01-01T00:00:02.000Z' },
    },
  ]);
  expect(connections[0]).toMatchObject({
    eventsPerSecond: undefined,
    lastEventAt: '1970-01-01T00:00:01.000Z',
  });
});

it('gives the rate since the look before', () => {
  const before = snapshot(10_000, [row('one', '2026-02-03T10', 10)]);
  const after = snapshot(15_000, [row('one', '2026-02-03T10', 30), row('one', '2026-02-03T11', 5)]);
  expect(healthOf(after, before).connections[0]?.eventsPerSecond).toBe(5);
});
