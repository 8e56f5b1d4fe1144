import { bufferOf, joined, type Bytes } from '#contracts';
import type { ActionCategory } from './classify.js';
import type { LineFormat } from './formats.js';
import { logTypeOf, type LogType } from './identity.js';
import { readEvents, type EntrySource, type ReadOptions, type Refused } from './read-event.js';

/** How entries are read, and become lines. */
export type WriteOptions = ReadOptions & { format: LineFormat };

/** An entry's line, and what is counted of it. */
export type WrittenEvent =
  | {
      /** Ends with a newline, the only one in it. */
      line: Buffer;
      logType: LogType;
      category: ActionCategory;
      /** How many secrets each rule has hidden; absent when there were none. */
      redacted: ReadonlyMap<string, number> | undefined;
    }
  | Refused;

/**
 * So many are read before the first of their lines is written, for the same reason as in {@link readEvents};
 * and so few that hardly any of what was read of them is still there when garbage is collected.
 */
const eventsAtOnce = 32;

/** Understands entries and writes each as one line, in their order. Never throws, whatever the bytes. */
export function writeEvents(sources: readonly EntrySource[], how: WriteOptions): WrittenEvent[] {
  const written: WrittenEvent[] = [];
  for (let from = 0; from < sources.length; from += eventsAtOnce)
    written.push(...writeSome(sources.slice(from, from + eventsAtOnce), how));
  return written;
}

function writeSome(sources: readonly EntrySource[], { format, ...how }: WriteOptions): WrittenEvent[] {
  const read = readEvents(sources, how);
  const lines = read.map((one) => ('refused' in one ? nothing : format(one.event)));
  // Bytes are never moved by the garbage collector, as the strings would be that they are written from.
  const bytes = bufferOf(joined(lines));
  let end = 0;
  return read.map((one, index) => {
    if ('refused' in one) return one;
    const { event, redacted } = one;
    return {
      line: bytes.subarray(end, (end += lines[index]?.length ?? 0)),
      logType: logTypeOf(event.entry),
      category: event.classification.category,
      redacted,
    };
  });
}

const nothing: Bytes = Buffer.alloc(0);
