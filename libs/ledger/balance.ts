import type { BookRow } from '#contracts';

/** One connection's hour of the books. `inFlight` below zero means that the books do not balance. */
export type BookBalance = BookRow & { inFlight: number };

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

const hourMs = 3_600_000;
let latest = { index: NaN, hour: '' };

/** The row of the books that a moment belongs to: its UTC hour, `yyyy-MM-ddTHH`. */
export function bookHourOf(epochMs: number): string {
  // Asked for every event, of which nearly all are of the same hour.
  const index = Math.floor(epochMs / hourMs);
  if (index !== latest.index) latest = { index, hour: new Date(epochMs).toISOString().slice(0, 13) };
  return latest.hour;
}

/** Every book hour that a span touches, oldest first. */
export function hoursWithin(fromMs: number, toMs: number): string[] {
  const first = Math.floor(fromMs / hourMs);
  const hours = Math.max(0, Math.floor(toMs / hourMs) - first + 1);
  return Array.from({ length: hours }, (_, index) => bookHourOf((first + index) * hourMs));
}
