import type { QuarantineReason } from '#contracts';
import { readActivity } from './activity.js';
import { classify } from './classify.js';
import { onOneLine, parseEntry } from './entry.js';
import type { UnderstoodEvent } from './formats.js';
import { eventId } from './identity.js';
import type { Network } from './network.js';
import { redact } from './redact.js';

/** Where an entry's bytes came from. */
export type EntrySource = Pick<UnderstoodEvent, 'tenantId' | 'connectionId' | 'receivedAtMs' | 'bytes'>;

export type ReadEvent =
  /** `redacted`: how many secrets each rule has hidden; absent when there were none. */
  | { event: UnderstoodEvent; redacted: ReadonlyMap<string, number> | undefined }
  | { refused: QuarantineReason };

export type ReadOptions = {
  /** What is known of the network of a public address. */
  networkOf?: (ip: string) => Network | undefined;
  /** Secrets stay where they are. */
  keepsSecrets?: boolean;
};

/** Understands one entry as far as it goes, secrets hidden. Never throws, whatever the bytes. */
export function readEvent(
  { bytes, ...source }: EntrySource,
  { networkOf, keepsSecrets = false }: ReadOptions = {},
): ReadEvent {
  const parsed = parseEntry(bytes);
  if ('refused' in parsed) return parsed;
  const line = onOneLine(bytes);
  const { bytes: clean, found: redacted } = keepsSecrets ? { bytes: line } : redact(line);
  // What was hidden must not come back through a field that was read from it.
  const reread = redacted === undefined ? parsed : parseEntry(clean);
  if ('refused' in reread) return reread;
  const { entry } = reread;
  const activity = readActivity(entry);
  const { ip, isPublic } = activity.origin;
  const event: UnderstoodEvent = {
    ...source,
    eventId: eventId(source.tenantId, parsed.entry, bytes),
    entry,
    bytes: clean,
    activity,
    classification: classify(entry),
    network: ip !== undefined && isPublic ? networkOf?.(ip) : undefined,
  };
  return { event, redacted };
}
