import {
  writeEvents,
  type ActionCategory,
  type LogType,
  type WriteOptions,
  type WrittenEvent,
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

/** One LogEntry in, one line out; what cannot be understood goes to quarantine with its original bytes. */
export function understand(events: readonly BatchEvent[], how: WriteOptions): Understood[] {
  const readable = events.filter((event) => refusalOf(event) === undefined);
  const written = writeEvents(
    readable.map(({ payload: bytes, tenantId, connectionId, receivedAtMs }) => {
      return { tenantId, connectionId, receivedAtMs, bytes };
    }),
    how,
  ).values();
  return events.map((event) => {
    const refused = refusalOf(event);
    return refused === undefined ? outcomeOf(event, written.next().value) : quarantined(event, refused);
  });
}

/** Why an event need not be read. */
function refusalOf({ refused, payload }: BatchEvent): QuarantineReason | undefined {
  // Its line could only be larger still.
  return refused ?? (payload.length > maxRecordBytes ? 'line_too_large' : undefined);
}

function outcomeOf(event: BatchEvent, written: WrittenEvent | undefined): Understood {
  if (written === undefined) throw new RangeError('an event was not read');
  if ('refused' in written) return quarantined(event, written.refused);
  const { line, logType, category, redacted } = written;
  if (line.length > maxRecordBytes) return quarantined(event, 'line_too_large');
  return { kind: 'events', event, lines: [line], logType, category, redacted };
}

function quarantined(event: BatchEvent, reason: QuarantineReason): Understood {
  const lines = quarantineLines({ ...event, reason, bytes: event.payload });
  return { kind: 'quarantine', event, lines, reason };
}
