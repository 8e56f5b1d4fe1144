import {
  logTypeOf,
  readEvents,
  type ActionCategory,
  type LineFormat,
  type LogType,
  type ReadEvent,
  type ReadOptions,
} from '#audit-log';
import { maxRecordBytes, quarantineLines, type Bytes, type QuarantineReason } from '#contracts';

/** An event out of a received batch. */
export type BatchEvent = {
  tenantId: string;
  connectionId: string;
  messageId: string;
  publishTime: string;
  receivedAtMs: number;
  payload: Buffer;
  /** Set when the receiver could not read the push: the payload is the request's body. */
  refused?: QuarantineReason;
};

/** What became of one event: always lines, never an exception. */
export type Understood =
  | {
      kind: 'events';
      event: BatchEvent;
      lines: Bytes[];
      logType: LogType;
      category: ActionCategory;
      /** How many secrets each rule has hidden. */
      redacted: ReadonlyMap<string, number> | undefined;
    }
  | { kind: 'quarantine'; event: BatchEvent; lines: Bytes[]; reason: QuarantineReason };

/** How entries are read, and become lines. */
export type Understanding = ReadOptions & { format: LineFormat };

/**
 * One LogEntry in, one line out; what cannot be understood goes to quarantine with its original bytes.
 * All events are read before the first line is written, for the same reason as in {@link readEvents}.
 */
export function understand(events: readonly BatchEvent[], { format, ...how }: Understanding): Understood[] {
  const readable = events.filter((event) => refusalOf(event) === undefined);
  const read = readEvents(
    readable.map(({ payload: bytes, tenantId, connectionId, receivedAtMs }) => {
      return { tenantId, connectionId, receivedAtMs, bytes };
    }),
    how,
  ).values();
  return events.map((event) => {
    const refused = refusalOf(event);
    return refused === undefined ? written(event, read.next().value, format) : quarantined(event, refused);
  });
}

/** Why an event need not be read. */
function refusalOf({ refused, payload }: BatchEvent): QuarantineReason | undefined {
  // Its line could only be larger still.
  return refused ?? (payload.length > maxRecordBytes ? 'line_too_large' : undefined);
}

function written(event: BatchEvent, read: ReadEvent | undefined, format: LineFormat): Understood {
  if (read === undefined) throw new RangeError('an event was not read');
  if ('refused' in read) return quarantined(event, read.refused);
  const line = format(read.event);
  if (line.length > maxRecordBytes) return quarantined(event, 'line_too_large');
  const { entry, classification } = read.event;
  return {
    kind: 'events',
    event,
    lines: [line],
    logType: logTypeOf(entry),
    category: classification.category,
    redacted: read.redacted,
  };
}

function quarantined(event: BatchEvent, reason: QuarantineReason): Understood {
  const lines = quarantineLines({ ...event, reason, bytes: event.payload });
  return { kind: 'quarantine', event, lines, reason };
}
