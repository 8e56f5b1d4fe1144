import { z } from 'zod';
import { maxRecordBytes } from '#contracts';
import { daysAMonth, type Assumptions } from '#prices';

export const hoursAMonth = 24 * daysAMonth;
export const secondsADay = 86_400;

/** What is to be priced. */
export const workload = z.strictObject({
  eventsPerDay: z.number().positive().max(1e15),
  /** Of a LogEntry, before base64. */
  eventBytes: z.number().min(1).max(maxRecordBytes),
  /** Of the line that lands; without it, the event and what `raw` puts around it. */
  lineBytes: z.number().min(1).max(maxRecordBytes).optional(),
  tenants: z.int('must be a whole number').positive().max(1_000_000),
  /** How unlike the tenants are: 0 is all alike, 1 is Zipf's law. */
  skew: z.number().min(0).max(3),
  /** Firehose's buffering interval. */
  flushSeconds: z.number().min(1).max(900),
  /** Of Firehose being away, with everything kept in Redis. */
  outageHours: z.number().min(0).max(168),
  retentionDays: z.number().min(0).max(36_500),
});
export type Workload = z.infer<typeof workload>;

/** So many tenants with so many events a day each. */
export type TenantGroup = { tenants: number; eventsPerDay: number };

/** All tenants, alike or by Zipf's law with the skew as its exponent. */
export function tenantGroups({ eventsPerDay, tenants, skew }: Workload): TenantGroup[] {
  if (skew === 0) return [{ tenants, eventsPerDay: eventsPerDay / tenants }];
  const weights = Array.from({ length: tenants }, (_, rank) => (rank + 1) ** -skew);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => ({ tenants: 1, eventsPerDay: (eventsPerDay * weight) / all }));
}

export function eventsAMonth({ eventsPerDay }: Workload): number {
  return eventsPerDay * daysAMonth;
}

export function lineBytesOf({ eventBytes, lineBytes }: Workload, assumptions: Assumptions): number {
  return lineBytes ?? eventBytes + assumptions.lineOverheadBytes;
}

/** Bytes of a push on the wire: base64, its JSON, headers and token. */
export function pushBytesOf({ eventBytes }: Workload, { pushOverheadBytes }: Assumptions): number {
  return Math.ceil(eventBytes / 3) * 4 + pushOverheadBytes;
}
