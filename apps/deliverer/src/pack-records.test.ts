import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxLinesPerRecord, maxRecordBytes } from '#contracts';
import { halve, packRecords, type Segment } from './pack-records.js';

/** A segment whose lines say whose they are and in which order. */
function segment(
  tenantId: string,
  kind: 'events' | 'quarantine',
  lineBytes: readonly number[],
  id: number,
): Segment {
  const lines = lineBytes.map(
    (bytes, index) => `${`${tenantId} ${kind} ${String(id)}.${String(index)} `.padEnd(bytes - 1, '.')}\n`,
  );
  const connectionId = `connection-${String(id)}`;
  const bytes = Buffer.from(lines.join(''));
  return {
    kind,
    tenantId,
    connectionId,
    hour: '2026-02-03T04',
    events: lines.length,
    lines: lines.length,
    bytes,
  };
}

const lineBytes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 60, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 300_000, max: maxRecordBytes }) },
);
const segments = fc
  .array(
    fc.tuple(
      fc.constantFrom('acme', 'beta'),
      fc.constantFrom('events' as const, 'quarantine' as const),
      fc.array(lineBytes, { minLength: 1, maxLength: 700 }),
    ),
    { maxLength: 6 },
  )
  .map((drafts) => drafts.map(([tenantId, kind, sizes], id) => segment(tenantId, kind, sizes, id)));

const textOf = (record: { slices: { bytes: Buffer }[] }) =>
  Buffer.concat(record.slices.map(({ bytes }) => bytes)).toString();

describe('packRecords', () => {
  it('keeps records within the limits and pure, and every line once and in order', () => {
    fc.assert(
      fc.property(segments, (input) => {
        const records = packRecords(input);
        for (const record of records) {
          const text = textOf(record);
          expect(text.endsWith('\n')).toBe(true);
          expect(text.split('\n')).toHaveLength(record.lines + 1);
          expect(Buffer.byteLength(text)).toBe(record.bytes);
          expect(record.lines).toBeLessThanOrEqual(maxLinesPerRecord);
          expect(record.bytes).toBeLessThanOrEqual(maxRecordBytes);
          const partitions = record.slices.map(({ segment: { kind, tenantId } }) => `${tenantId} ${kind}`);
          expect(new Set(partitions).size).toBe(1);
          expect(text.split('\n').every((line) => line === '' || line.startsWith(partitions[0] ?? '?'))).toBe(
            true,
          );
        }
        for (const one of input) {
          const slices = records.flatMap((record) => record.slices).filter((slice) => slice.segment === one);
          expect(Buffer.concat(slices.map(({ bytes }) => bytes)).equals(one.bytes)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('fills records well', () => {
    const records = packRecords(
      Array.from({ length: 10 }, (_, id) =>
        segment('acme', 'events', new Array<number>(100).fill(1_500), id),
      ),
    );
    expect(records.map(({ lines }) => lines)).toEqual([500, 500]);
  });

  it('refuses a line that no record can hold', () => {
    expect(() => packRecords([segment('acme', 'events', [maxRecordBytes + 1], 0)])).toThrow(
      'exceeds a record',
    );
  });
});

describe('halve', () => {
  it('splits by lines and loses none, down to one line', () => {
    fc.assert(
      fc.property(segments, (input) => {
        for (const record of packRecords(input)) {
          const halves = halve(record);
          expect(halves === undefined).toBe(record.lines === 1);
          if (halves) {
            expect(halves.map(textOf).join('')).toBe(textOf(record));
            expect(halves.every((half) => half.lines > 0 && half.lines < record.lines)).toBe(true);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
