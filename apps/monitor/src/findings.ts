import type { Connection } from '#contracts';
import type { BookBalance } from '#ledger';
import type { QueueDepth } from '#queue-transport';
import type { LandedTotals } from './landed-objects.js';

export type AlertKind =
  | 'job_failed'
  | 'ledger_out_of_balance'
  | 'connection_silent'
  | 'landing_stopped'
  | 'landing_misplaced'
  | 'queue_backlog';

/** One thing that is wrong now; `kind` and `subject` say which, and stay the same while it lasts. */
export type Finding = {
  kind: AlertKind;
  subject: string;
  severity: 'warning' | 'critical';
  /** What it means, and what is not lost, in a sentence or two. */
  message: string;
};

/** Everything that one look at the system saw. */
export type Snapshot = {
  atMs: number;
  queues: readonly QueueDepth[];
  connections: readonly Connection[];
  books: readonly BookBalance[];
  lastReceivedAtMs: ReadonlyMap<string, number>;
  /** What landed, by tenant; `undefined` when landing is not watched. */
  landed: ReadonlyMap<string, LandedTotals> | undefined;
  /** Since when a tenant's delivered events wait for an object to land, by tenant. */
  awaitingSinceMs: ReadonlyMap<string, number>;
  lastMisplacedAtMs: number | undefined;
};

export type Thresholds = {
  BACKLOG_AFTER_MS: number;
  SILENT_AFTER_MS: number;
  LANDING_AFTER_MS: number;
  LEDGER_AFTER_MS: number;
};

const hourMs = 3_600_000;

/** Says what is wrong in a snapshot. */
export function findings(seen: Snapshot, limits: Thresholds): Finding[] {
  return [
    ...failedJobs(seen),
    ...backlogs(seen, limits),
    ...unbalanced(seen, limits),
    ...silent(seen, limits),
    ...unlanded(seen, limits),
  ];
}

function failedJobs({ queues }: Snapshot): Finding[] {
  return byQueue(queues).flatMap(([queue, depths]) => {
    const failed = depths.reduce((sum, depth) => sum + depth.failed, 0);
    if (failed === 0) return [];
    const message = `${counted(failed, 'job')} of the queue ${queue} failed for good. They are kept, with their events, until somebody retries them.`;
    return [{ kind: 'job_failed', subject: queue, severity: 'critical', message }];
  });
}

function backlogs({ queues }: Snapshot, { BACKLOG_AFTER_MS }: Thresholds): Finding[] {
  return byQueue(queues).flatMap(([queue, depths]) => {
    const oldestMs = Math.max(...depths.map(({ oldestAgeMs }) => oldestAgeMs ?? 0));
    if (oldestMs < BACKLOG_AFTER_MS) return [];
    const message = `The oldest job of the queue ${queue} has waited ${inWords(oldestMs)}. Events are late, not lost.`;
    return [{ kind: 'queue_backlog', subject: queue, severity: 'warning', message }];
  });
}

/** More finished than received is wrong at once; unfinished only when no job is left to finish it. */
function unbalanced({ atMs, queues, books }: Snapshot, { LEDGER_AFTER_MS }: Thresholds): Finding[] {
  const failed = queues.reduce((sum, depth) => sum + depth.failed, 0);
  const oldestMs = Math.max(0, ...queues.map(({ oldestAgeMs }) => oldestAgeMs ?? 0));
  return books.flatMap(({ connectionId, tenantId, hour, inFlight }) => {
    const sinceEndMs = atMs - (Date.parse(`${hour}:00:00Z`) + hourMs);
    const isLost = inFlight > 0 && failed === 0 && sinceEndMs > LEDGER_AFTER_MS + oldestMs;
    if (inFlight >= 0 && !isLost) return [];
    const what =
      inFlight < 0
        ? `${counted(-inFlight, 'event')} more than were received are booked as finished`
        : `${counted(inFlight, 'event')} are in no queue and not booked as finished`;
    return [
      {
        kind: 'ledger_out_of_balance',
        subject: `${connectionId}/${hour}`,
        severity: 'critical',
        message: `Of tenant ${tenantId}, connection ${connectionId}, hour ${hour} UTC, ${what}.`,
      },
    ];
  });
}

function silent(
  { atMs, connections, lastReceivedAtMs }: Snapshot,
  { SILENT_AFTER_MS }: Thresholds,
): Finding[] {
  return connections.flatMap(({ id, tenantId, name, state, createdAt }) => {
    const last = lastReceivedAtMs.get(id);
    const silentMs = atMs - (last ?? Date.parse(createdAt));
    if (state !== 'active' || silentMs < SILENT_AFTER_MS) return [];
    const since =
      last === undefined ? 'has never sent an event' : `has sent nothing for ${inWords(silentMs)}`;
    return [
      {
        kind: 'connection_silent',
        subject: id,
        severity: 'warning',
        message: `Connection ${name} of tenant ${tenantId} ${since}. Look at its subscription's backlog: empty means that the sink sends nothing, growing means that our answers are refusals.`,
      },
    ];
  });
}

function unlanded(seen: Snapshot, { LANDING_AFTER_MS }: Thresholds): Finding[] {
  const { atMs, awaitingSinceMs, lastMisplacedAtMs } = seen;
  const found: Finding[] = [...awaitingSinceMs].flatMap(([tenantId, sinceMs]) => {
    if (atMs - sinceMs < LANDING_AFTER_MS) return [];
    const message = `Firehose took events of tenant ${tenantId} ${inWords(atMs - sinceMs)} ago, and no object has landed since.`;
    return [{ kind: 'landing_stopped', subject: tenantId, severity: 'critical', message }];
  });
  if (lastMisplacedAtMs !== undefined && atMs - lastMisplacedAtMs < hourMs) {
    const message = `An object landed outside the tenants' prefixes ${inWords(atMs - lastMisplacedAtMs)} ago: Firehose could not partition it. Its lines are in the bucket.`;
    found.push({ kind: 'landing_misplaced', subject: 'bucket', severity: 'critical', message });
  }
  return found;
}

function byQueue(depths: readonly QueueDepth[]): [string, QueueDepth[]][] {
  return Object.entries(Object.groupBy(depths, ({ queue }) => queue));
}

function counted(count: number, thing: string): string {
  return `${String(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${String(Math.round(ms / 1_000))} s`;
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}
