import type { AuditActivity } from './activity.js';
import type { Classification } from './classify.js';
import { ecsFields } from './ecs.js';
import type { LogEntry } from './entry.js';
import type { Network } from './network.js';
import { ocsfFields, unmappedFields } from './ocsf.js';

/** An event that was understood: what a line is made of. */
export type UnderstoodEvent = {
  tenantId: string;
  connectionId: string;
  eventId: string;
  receivedAtMs: number;
  entry: LogEntry;
  /** The entry's own bytes on one line, secrets hidden: spliced into a line, never serialised again. */
  bytes: Buffer;
  activity: AuditActivity;
  classification: Classification;
  /** Where the caller is, when it has a public address and a database knows it. */
  network?: Network | undefined;
};

/** Writes an event as one newline-ended line of JSON. */
export type LineFormat = (event: UnderstoodEvent) => Buffer;

/** A slim envelope around the original bytes. */
const raw: LineFormat = ({ tenantId, connectionId, eventId, receivedAtMs, bytes }) =>
  spliced(
    {
      tenant_id: tenantId,
      connection_id: connectionId,
      event_id: eventId,
      received_at: new Date(receivedAtMs).toISOString(),
    },
    '"log_entry":',
    bytes,
    '}\n',
  );

/** Beside the entry stands in `unmapped` what OCSF has no place for. */
const ocsf: LineFormat = (event) => {
  const more = JSON.stringify(unmappedFields(event)).slice(1, -1);
  const key = `"unmapped":{${more}${more === '' ? '' : ','}"log_entry":`;
  return spliced(ocsfFields(event), key, event.bytes, '}}\n');
};

const ecs: LineFormat = (event) => spliced(ecsFields(event), '"log_entry":', event.bytes, '}\n');

/** The entry's bytes stand last in the line, so that they go in without being read again. */
function spliced(fields: object, key: string, bytes: Buffer, closing: string): Buffer {
  const opening = `${JSON.stringify(fields).slice(0, -1)},${key}`;
  const openingBytes = Buffer.byteLength(opening);
  const line = Buffer.allocUnsafe(openingBytes + bytes.length + closing.length);
  line.write(opening);
  bytes.copy(line, openingBytes);
  line.write(closing, openingBytes + bytes.length);
  return line;
}

/** The export formats by their name in EVENT_FORMAT. */
export const lineFormats = { ocsf, ecs, raw } as const satisfies Record<string, LineFormat>;
export type EventFormat = keyof typeof lineFormats;
