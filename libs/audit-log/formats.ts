import { onOneLine, type LogEntry } from './entry.js';

/** An event that was understood, with its original bytes. */
export type UnderstoodEvent = {
  tenantId: string;
  connectionId: string;
  eventId: string;
  receivedAtMs: number;
  entry: LogEntry;
  bytes: Buffer;
};

/** Writes an event as one newline-ended line of JSON. */
export type LineFormat = (event: UnderstoodEvent) => Buffer;

const closing = Buffer.from('}\n');

/** A slim envelope around the original bytes, which are spliced in and never serialised again. */
const raw: LineFormat = ({ tenantId, connectionId, eventId, receivedAtMs, bytes }) => {
  const envelope = JSON.stringify({
    tenant_id: tenantId,
    connection_id: connectionId,
    event_id: eventId,
    received_at: new Date(receivedAtMs).toISOString(),
  });
  return Buffer.concat([Buffer.from(`${envelope.slice(0, -1)},"log_entry":`), onOneLine(bytes), closing]);
};

/** The export formats by their name in EVENT_FORMAT. */
export const lineFormats = { raw } as const satisfies Record<string, LineFormat>;
export type EventFormat = keyof typeof lineFormats;
