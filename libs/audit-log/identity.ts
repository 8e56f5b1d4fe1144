import { hash } from 'node:crypto';
import { BoundedCache } from './bounded-cache.js';
import type { LogEntry } from './entry.js';

/**
 * The event's stable id: 128 bits in hex of tenant, logName, timestamp (as text: it has nanoseconds),
 * insertId and split.index, which is how Cloud Logging tells entries apart. Without an insertId the
 * entry's own bytes stand in for it.
 */
export function eventId(tenantId: string, entry: LogEntry, bytes: Buffer): string {
  const { logName, timestamp, insertId } = entry;
  const split = entry['split'];
  const part = typeof split === 'object' && split !== null ? (split as LogEntry)['index'] : undefined;
  const own =
    typeof insertId === 'string' && insertId !== '' ? [insertId] : [null, hash('sha256', bytes, 'hex')];
  const parts = [tenantId, text(logName), text(timestamp), scalar(part), ...own];
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}

/** The four logs of Cloud Audit Logs, Access Transparency, or `other` for what a wide filter lets in. */
export const logTypes = [
  'activity',
  'data_access',
  'system_event',
  'policy',
  'access_transparency',
  'other',
] as const;
export type LogType = (typeof logTypes)[number];

const auditLogId = /\/logs\/cloudaudit\.googleapis\.com(?:%2F|\/)([a-z_]+)$/i;

const maxCachedLength = 200;
const byLogName = new BoundedCache<LogType>();

/** Which log an entry comes from, by its logName (the log id is URL-encoded in it). */
export function logTypeOf(entry: LogEntry): LogType {
  const logName = text(entry['logName']) ?? '';
  const known = byLogName.get(logName);
  if (known !== undefined) return known;
  const name = auditLogId.exec(logName)?.[1];
  const found = logTypes.find((type) => type === name) ?? 'other';
  if (logName.length > maxCachedLength) return found;
  byLogName.set(logName, found);
  return found;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function scalar(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
