import type { BookRow, Taken } from '#contracts';

/** One connection's hour of the books. `inFlight` below zero means that the books do not balance. */
export type BookBalance = Omit<BookRow, 'taken'> & { inFlight: number };

const counts = ['received', 'delivered', 'duplicate', 'quarantined'] as const;

/** Reads an hour's fields, `<tenant>/<connection>/<count>`, as rows. */
export function balanceOf(hour: string, fields: Readonly<Record<string, string>>): BookBalance[] {
  const rows = new Map<string, BookBalance>();
  for (const [field, value] of Object.entries(fields)) {
    const [tenantId = '', connectionId = '', name] = field.split('/');
    const count = counts.find((known) => known === name);
    if (!count) continue;
    const key = `${tenantId}/${connectionId}`;
    let row = rows.get(key);
    if (!row) {
      row = {
        tenantId,
        connectionId,
        hour,
        received: 0,
        delivered: 0,
        duplicate: 0,
        quarantined: 0,
        inFlight: 0,
      };
      rows.set(key, row);
    }
    row[count] = Number(value);
    row.inFlight = row.received - row.delivered - row.duplicate - row.quarantined;
  }
  return [...rows.values()];
}

/** Reads a day's fields, `<tenant>/<what>`, by tenant. */
export function takenOf(fields: Readonly<Record<string, string>>): Map<string, Taken> {
  const tenants = new Map<string, Taken>();
  for (const [field, value] of Object.entries(fields)) {
    const [tenantId = '', name] = field.split('/');
    let taken = tenants.get(tenantId);
    if (!taken) tenants.set(tenantId, (taken = { lines: 0, bytes: 0, billedBytes: 0 }));
    if (name === 'lines' || name === 'bytes' || name === 'billedBytes') taken[name] = Number(value);
  }
  return tenants;
}

const hourMs = 3_600_000;
let latest = { index: NaN, hour: '' };

/** The row of the books that a moment belongs to: its UTC hour, `yyyy-MM-ddTHH`. */
export function bookHourOf(epochMs: number): string {
  // Asked for every event, of which nearly all are of the same hour.
  const index = Math.floor(epochMs / hourMs);
  if (index !== latest.index) latest = { index, hour: new Date(epochMs).toISOString().slice(0, 13) };
  return latest.hour;
}

/** The UTC day, `yyyy-MM-dd`, that what Firehose takes and bills at a moment belongs to. */
export function bookDayOf(epochMs: number): string {
  return bookHourOf(epochMs).slice(0, 10);
}

/** Every book hour that a span touches, oldest first. */
export function hoursWithin(fromMs: number, toMs: number): string[] {
  const first = Math.floor(fromMs / hourMs);
  const hours = Math.max(0, Math.floor(toMs / hourMs) - first + 1);
  return Array.from({ length: hours }, (_, index) => bookHourOf((first + index) * hourMs));
}
