import type { Bytes } from '#contracts';
import type { AuditActivity } from './activity.js';
import type { Classification } from './classify.js';
import { ecsFields } from './ecs.js';
import type { LogEntry } from './entry.js';
import { escapeFor } from './json-text.js';
import type { Network } from './network.js';
import { ocsfMembers } from './ocsf.js';
import { unmappedMembers } from './ocsf-unmapped.js';

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
export type LineFormat = (event: UnderstoodEvent) => Bytes;

/** A slim envelope around the original bytes. */
const raw: LineFormat = ({ tenantId, connectionId, eventId, receivedAtMs, bytes }) =>
  beside(
    {
      tenant_id: tenantId,
      connection_id: connectionId,
      event_id: eventId,
      received_at: new Date(receivedAtMs).toISOString(),
    },
    bytes,
  );

/** Beside the entry stands in `unmapped` what OCSF has no place for. */
const ocsf: LineFormat = (event) => {
  const escape = escapeFor(event.bytes);
  const unmapped = unmappedMembers(event, escape);
  const behind = unmapped === '' ? '' : `${unmapped.slice(1)},`;
  const opening = `{${ocsfMembers(event, escape)},"unmapped":{${behind}"log_entry":`;
  return spliced(opening, event.bytes, '}}\n');
};

const ecs: LineFormat = (event) => beside(ecsFields(event), event.bytes);

function beside(fields: object, entry: Buffer): Bytes {
  return spliced(`${JSON.stringify(fields).slice(0, -1)},"log_entry":`, entry, '}\n');
}

/** The entry's bytes stand last in the line, so that they go in without being read again. */
function spliced(opening: string, entry: Buffer, closing: string): Bytes {
  const openingBytes = Buffer.byteLength(opening);
  return {
    length: openingBytes + entry.length + closing.length,
    copy: (target, start) => {
      target.write(opening, start);
      entry.copy(target, start + openingBytes);
      target.write(closing, start + openingBytes + entry.length, 'latin1');
    },
  };
}

/** The export formats by their name in EVENT_FORMAT. */
export const lineFormats = { ocsf, ecs, raw } as const satisfies Record<string, LineFormat>;
export type EventFormat = keyof typeof lineFormats;
