import type { AffectedUsers } from './affected-users.js';
import { categorised } from './ecs-categories.js';
import type { LogEntry } from './entry.js';
import type { UnderstoodEvent } from './formats.js';
import { logTypeOf } from './identity.js';
import { field, text } from './values.js';

const rfc3339 = /^\d{4}-(?:0[1-9]|1[0-2])-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
const lastMs = Date.UTC(9999, 11, 31);

/** With its nanoseconds, unless no such date exists: Elasticsearch refuses what Date.parse lets pass. */
export function timestampOf({ activity, entry, receivedAtMs }: UnderstoodEvent): string {
  return (
    dateOf(activity.time, activity.timeMs) ??
    dateOf(text(entry['receiveTimestamp']), activity.loggedMs) ??
    isoOf(receivedAtMs)
  );
}

/** The text as it came, where it may stay so: that costs a tenth of writing the date anew. */
function dateOf(time: string | undefined, ms: number | undefined): string | undefined {
  // Elasticsearch's dates have four digits for the year; before 1970 lie but default values.
  if (time === undefined || ms === undefined || ms < 0 || ms > lastMs) return undefined;
  const day = Number(rfc3339.exec(time)?.[1]);
  if (day >= 1 && day <= 28) return time;
  const iso = new Date(ms).toISOString();
  return day > 28 && time.startsWith(iso.slice(0, 10)) ? time : iso;
}

let [lastIsoMs, lastIso] = [0, new Date(0).toISOString()];

/** Events of one batch arrive within the same milliseconds. */
function isoOf(ms: number): string {
  if (ms !== lastIsoMs) [lastIsoMs, lastIso] = [ms, new Date(ms).toISOString()];
  return lastIso;
}

const maxMessageLength = 8_000;

/** What other logs than audit logs say in prose. */
export function messageOf(entry: LogEntry): string | undefined {
  const message = text(entry['textPayload']) ?? text(field(entry, 'jsonPayload')?.['message']);
  return message?.slice(0, maxMessageLength);
}

/** Cloud Logging's own numbers. */
const severities: ReadonlyMap<string, number> = new Map([
  ['DEFAULT', 0],
  ['DEBUG', 100],
  ['INFO', 200],
  ['NOTICE', 300],
  ['WARNING', 400],
  ['ERROR', 500],
  ['CRITICAL', 600],
  ['ALERT', 700],
  ['EMERGENCY', 800],
]);

/** Module, dataset and provider are named as Elastic's own integration names them: its rules apply. */
export function eventOf(event: UnderstoodEvent, { principals, groups }: AffectedUsers): object {
  const { activity, entry } = event;
  const { isAudit, method, outcome, severity } = activity;
  const concern = principals.length > 0 ? 'user' : groups.length > 0 ? 'group' : 'admin';
  const logType = logTypeOf(entry);
  const metadata = field(field(entry, 'protoPayload'), 'metadata');
  const { category, type } = categorised(event, logType, concern);
  return {
    id: event.eventId,
    kind: 'event',
    category,
    type,
    action: method,
    outcome: isAudit ? outcome.result : undefined,
    reason: metadata && text(metadata['violationReason']),
    severity: severity === undefined ? undefined : severities.get(severity),
    module: 'gcp',
    dataset: isAudit ? 'gcp.audit' : 'gcp.log',
    provider: logType === 'other' ? undefined : logType,
    created: dateOf(text(entry['receiveTimestamp']), activity.loggedMs),
    ingested: isoOf(event.receivedAtMs),
  };
}
