import { eventId, logTypeOf, parseEntry, type LineFormat, type LogType } from '#audit-log';
import { maxRecordBytes, quarantineLines, type QuarantineReason } from '#contracts';

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
  | { kind: 'events'; lines: Buffer[]; logType: LogType }
  | { kind: 'quarantine'; lines: Buffer[]; reason: QuarantineReason };

/** One LogEntry in, one line out; what cannot be understood goes to quarantine with its original bytes. */
export function understand(event: BatchEvent, format: LineFormat): Understood {
  if (event.refused !== undefined) return quarantined(event, event.refused);
  const { tenantId, connectionId, receivedAtMs, payload: bytes } = event;
  const parsed = parseEntry(bytes);
  if ('refused' in parsed) return quarantined(event, parsed.refused);
  const { entry } = parsed;
  const line = format({
    tenantId,
    connectionId,
    receivedAtMs,
    eventId: eventId(tenantId, entry, bytes),
    entry,
    bytes,
  });
  if (line.length > maxRecordBytes) return quarantined(event, 'line_too_large');
  return { kind: 'events', lines: [line], logType: logTypeOf(entry) };
}

function quarantined(event: BatchEvent, reason: QuarantineReason): Understood {
  return { kind: 'quarantine', lines: quarantineLines({ ...event, reason, bytes: event.payload }), reason };
}
