import type { BookRow, Taken } from '#contracts';
import { hourFigures, takenFigures } from './posting.js';

/** One connection's hour of the books. `inFlight` below zero means that the books do not balance. */
export type BookBalance = Omit<BookRow, 'taken'> & { inFlight: number };

/** Reads an hour's fields, `<tenant>/<connection>` with `hourFigures`, as rows. */
export function balanceOf(hour: string, fields: Readonly<Record<string, string>>): BookBalance[] {
  return Object.entries(fields).map(([field, value]) => {
    const [tenantId = '', connectionId = ''] = field.split('/');
    const { received, delivered, duplicate, quarantined } = figuresOf(hourFigures, value);
    const inFlight = received - delivered - duplicate - quarantined;
    return { tenantId, connectionId, hour, received, delivered, duplicate, quarantined, inFlight };
  });
}

/** Reads a day's fields, `<tenant>` with `takenFigures`, by tenant. */
export function takenOf(fields: Readonly<Record<string, string>>): Map<string, Taken> {
  return new Map(
    Object.entries(fields).map(([tenantId, value]) => [tenantId, figuresOf(takenFigures, value)]),
  );
}

function figuresOf<Name extends string>(names: readonly Name[], value: string): Record<Name, number> {
  const figures = value.split(' ');
  return Object.fromEntries(names.map((name, index) => [name, Number(figures[index])])) as Record<
    Name,
    number
  >;
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
