import { maxLinesPerRecord, maxRecordBytes, type SegmentHeader } from '#contracts';

/** The lines of one partition inside one job, on their way to one stream. */
export type Segment = SegmentHeader & { bytes: Buffer };

/** A run of whole lines of one segment. */
export type Slice = { segment: Segment; bytes: Buffer; lines: number };

/** Firehose's unit: newline-ended lines of one partition. */
export type FirehoseRecord = {
  slices: Slice[];
  /** What Firehose gets and bills. */
  bytes: number;
  lines: number;
  /** What goes instead of the slices' bytes, when they are compressed. */
  data?: Buffer;
};

/** What one record may hold. */
export type RecordLimits = { lines: number; bytes: number };

/** Firehose takes records apart that it partitions, into 500 lines at most. */
export const partitionedLimits: RecordLimits = { lines: maxLinesPerRecord, bytes: maxRecordBytes };
/** Compressed to a quarter at least, this fits into a record. */
export const compressedLimits: RecordLimits = { lines: Infinity, bytes: 4 * maxRecordBytes };

const newline = 0x0a;

/**
 * Packs segments into records: one tenant and kind each, within the limits, lines in order, none lost,
 * none repeated.
 */
export function packRecords(segments: readonly Segment[], limits = partitionedLimits): FirehoseRecord[] {
  const records: FirehoseRecord[] = [];
  const open = new Map<string, FirehoseRecord>();
  for (const segment of segments) {
    const partition = `${segment.kind}/${segment.tenantId}`;
    let rest: Slice = { segment, bytes: segment.bytes, lines: segment.lines };
    while (rest.lines > 0) {
      let record = open.get(partition);
      let taken = record && takeLines(rest, limits.lines - record.lines, limits.bytes - record.bytes);
      if (!record || !taken) {
        record = { slices: [], bytes: 0, lines: 0 };
        records.push(record);
        open.set(partition, record);
        taken = takeLines(rest, limits.lines, limits.bytes);
        if (!taken) throw new RangeError(`a line of ${segment.tenantId} exceeds a record`);
      }
      record.slices.push(taken.slice);
      record.bytes += taken.slice.bytes.length;
      record.lines += taken.slice.lines;
      rest = taken.rest;
    }
  }
  return records;
}

/** As many whole lines as fit, or `undefined` when not even one does. */
function takeLines(slice: Slice, lines: number, bytes: number): { slice: Slice; rest: Slice } | undefined {
  if (slice.lines <= lines && slice.bytes.length <= bytes) {
    return { slice, rest: { ...slice, bytes: Buffer.alloc(0), lines: 0 } };
  }
  let end = 0;
  let count = 0;
  while (count < Math.min(lines, slice.lines)) {
    const next = slice.bytes.indexOf(newline, end) + 1;
    if (next === 0) throw new RangeError('a segment holds fewer lines than it says');
    if (next > bytes) break;
    end = next;
    count += 1;
  }
  if (count === 0) return undefined;
  return {
    slice: { ...slice, bytes: slice.bytes.subarray(0, end), lines: count },
    rest: { ...slice, bytes: slice.bytes.subarray(end), lines: slice.lines - count },
  };
}

/** Halves a record by lines, or gives `undefined` for a single line: the poison is found. */
export function halve(record: FirehoseRecord): [FirehoseRecord, FirehoseRecord] | undefined {
  if (record.lines < 2) return undefined;
  const halves: [FirehoseRecord, FirehoseRecord] = [
    { slices: [], bytes: 0, lines: 0 },
    { slices: [], bytes: 0, lines: 0 },
  ];
  const middle = Math.floor(record.lines / 2);
  for (const slice of record.slices) {
    const taken = takeLines(slice, Math.max(0, middle - halves[0].lines), Infinity);
    if (taken) add(halves[0], taken.slice);
    const rest = taken ? taken.rest : slice;
    if (rest.lines > 0) add(halves[1], rest);
  }
  return halves;
}

function add(record: FirehoseRecord, slice: Slice): void {
  record.slices.push(slice);
  record.bytes += slice.bytes.length;
  record.lines += slice.lines;
}
