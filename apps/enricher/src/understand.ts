import {
  logTypeOf,
  readEvent,
  type ActionCategory,
  type LineFormat,
  type LogType,
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
      lines: Bytes[];
      logType: LogType;
      category: ActionCategory;
      /** How many secrets each rule has hidden. */
      redacted: ReadonlyMap<string, number> | undefined;
    }
  | { kind: 'quarantine'; lines: Bytes[]; reason: QuarantineReason };

/** How entries are read, and become lines. */
export type Understanding = ReadOptions & { format: LineFormat };

/** One LogEntry in, one line out; what cannot be understood goes to quarantine with its original bytes. */
export function understand(event: BatchEvent, { format, ...how }: Understanding): Understood {
  if (event.refused !== undefined) return quarantined(event, event.refused);
  const { tenantId, connectionId, receivedAtMs, payload: bytes } = event;
  // Its line could only be larger still.
  if (bytes.length > maxRecordBytes) return quarantined(event, 'line_too_large');
  const read = readEvent({ tenantId, connectionId, receivedAtMs, bytes }, how);
  if ('refused' in read) return quarantined(event, read.refused);
  const line = format(read.event);
  if (line.length > maxRecordBytes) return quarantined(event, 'line_too_large');
  const { entry, classification } = read.event;
  return {
    kind: 'events',
    lines: [line],
    logType: logTypeOf(entry),
    category: classification.category,
    redacted: read.redacted,
  };
}

function quarantined(event: BatchEvent, reason: QuarantineReason): Understood {
  return { kind: 'quarantine', lines: quarantineLines({ ...event, reason, bytes: event.payload }), reason };
}
