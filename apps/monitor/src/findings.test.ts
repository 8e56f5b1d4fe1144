import { describe, expect, it } from '@jest/globals';
import type { Connection } from '#contracts';
import type { BookBalance } from '#ledger';
import type { QueueDepth } from '#queue-transport';
import { findings, type Snapshot } from './findings.js';

const atMs = Date.parse('2026-02-03T10:30:00Z');
const minute = 60_000;
const limits = {
  BACKLOG_AFTER_MS: 5 * minute,
  SILENT_AFTER_MS: 60 * minute,
  LANDING_AFTER_MS: 20 * minute,
  LEDGER_AFTER_MS: 60 * minute,
};

const depth = (more: Partial<QueueDepth> = {}): QueueDepth => ({
  queue: 'received',
  shard: 0,
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  oldestAgeMs: undefined,
  bytes: 0,
  waitingBytes: 0,
  ...more,
});
const connection = (more: Partial<Connection> = {}): Connection => ({
  id: 'connection-1',
  tenantId: 'acme',
  name: 'Acme',
  serviceAccountEmail: 'push@acme-logs.iam.gserviceaccount.com',
  audience: 'https://floodgate.test',
  subscription: 'projects/acme-logs/subscriptions/floodgate',
  state: 'active',
  quota: { eventsPerSecond: 10 },
  createdAt: '2026-02-01T00:00:00Z',
  ...more,
});
const row = (more: Partial<BookBalance> = {}): BookBalance => ({
  tenantId: 'acme',
  connectionId: 'connection-1',
  hour: '2026-02-03T08',
  received: 10,
  delivered: 10,
  duplicate: 0,
  quarantined: 0,
  inFlight: 0,
  ...more,
});

const well: Snapshot = {
  atMs,
  queues: [depth(), depth({ queue: 'partitioned' })],
  connections: [connection()],
  books: [row()],
  lastReceivedAtMs: new Map([['connection-1', atMs - minute]]),
  landed: new Map(),
  awaitingSinceMs: new Map(),
  lastMisplacedAtMs: undefined,
};
const found = (more: Partial<Snapshot>) =>
  findings({ ...well, ...more }, limits).map(({ kind, subject }) => `${kind} ${subject}`);

describe('findings', () => {
  it('finds nothing when all is well', () => {
    expect(found({})).toEqual([]);
  });

  it('tells of failed jobs, once for a queue whatever its shards', () => {
    const queues = [depth({ failed: 1 }), depth({ shard: 1, failed: 2 })];
    expect(findings({ ...well, queues }, limits)).toEqual([
      {
        kind: 'job_failed',
        subject: 'received',
        severity: 'critical',
        message: expect.stringMatching(/^3 jobs of the queue received failed/),
      },
    ]);
  });

  it.each([
    [5 * minute - 1, []],
    [5 * minute, ['queue_backlog received']],
  ])('takes an oldest job of %i ms for a backlog: %j', (oldestAgeMs, expected) => {
    expect(found({ queues: [depth(), depth({ shard: 1, oldestAgeMs })] })).toEqual(expected);
  });

  it('calls books out of balance at once when more is finished than was received', () => {
    const books = [row({ hour: '2026-02-03T10', inFlight: -1 })];
    expect(found({ books })).toEqual(['ledger_out_of_balance connection-1/2026-02-03T10']);
  });

  it.each([
    // The hour ended at 09:00, 90 minutes ago.
    ['nothing is queued any more', [depth()], 90, true],
    ['the hour has only just ended', [depth()], 59, false],
    ['a job waits that may hold them', [depth({ oldestAgeMs: 40 * minute })], 90, false],
    ['failed jobs may hold them', [depth({ failed: 1 })], 90, false],
  ])('misses events in flight: %s', (_, queues, minutesAgo, isMissed) => {
    const books = [row({ inFlight: 3 })];
    const seen = { books, queues, atMs: Date.parse('2026-02-03T09:00:00Z') + minutesAgo * minute };
    expect(found({ ...seen, lastReceivedAtMs: new Map([['connection-1', seen.atMs]]) })).toEqual(
      isMissed
        ? ['ledger_out_of_balance connection-1/2026-02-03T08']
        : queues.some(({ failed }) => failed > 0)
          ? ['job_failed received']
          : queues.some(({ oldestAgeMs }) => oldestAgeMs)
            ? ['queue_backlog received']
            : [],
    );
  });

  it.each([
    ['has sent a moment ago', connection(), atMs - 60 * minute + 1, []],
    ['has sent nothing for an hour', connection(), atMs - 60 * minute, ['connection_silent connection-1']],
    ['is paused', connection({ state: 'paused' }), undefined, []],
    ['is new and has never sent', connection({ createdAt: '2026-02-03T10:00:00Z' }), undefined, []],
    ['is old and has never sent', connection(), undefined, ['connection_silent connection-1']],
  ])('judges the silence of a connection that %s', (_, one, last, expected) => {
    const lastReceivedAtMs = new Map(last === undefined ? [] : [['connection-1', last]]);
    expect(found({ connections: [one], lastReceivedAtMs })).toEqual(expected);
  });

  it.each([
    [20 * minute - 1, []],
    [20 * minute, ['landing_stopped acme']],
  ])('takes a wait of %i ms for a landing that stopped: %j', (waitMs, expected) => {
    expect(found({ awaitingSinceMs: new Map([['acme', atMs - waitMs]]) })).toEqual(expected);
  });

  it('tells of an object outside the prefixes for an hour', () => {
    expect(found({ lastMisplacedAtMs: atMs - 59 * minute })).toEqual(['landing_misplaced bucket']);
    expect(found({ lastMisplacedAtMs: atMs - 60 * minute })).toEqual([]);
  });
});
