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
  { event: UnderstoodEvent; redacted: ReadonlyMap<string, number> | undefined } | Refused;
export type Refused = { refused: QuarantineReason };

export type ReadOptions = {
  /** What is known of the network of a public address. */
  networkOf?: (ip: string) => Network | undefined;
  /** Secrets stay where they are. */
  keepsSecrets?: boolean;
};

/** An entry with its secrets hidden, and the id that it had with them. */
type Clean = Pick<UnderstoodEvent, 'eventId' | 'entry' | 'bytes'> & {
  source: EntrySource;
  redacted: ReadonlyMap<string, number> | undefined;
};

/** Understands one entry as far as it goes, secrets hidden. Never throws, whatever the bytes. */
export function readEvent(source: EntrySource, options: ReadOptions = {}): ReadEvent {
  const read = cleanOf(source, options);
  return 'refused' in read ? read : understood(read, options);
}

/**
 * Understands entries as {@link readEvent} does. All are parsed before any is understood: the code of each
 * half stays in the processor's cache, which saves a tenth of the time.
 */
export function readEvents(sources: readonly EntrySource[], options: ReadOptions): ReadEvent[] {
  return sources
    .map((source) => cleanOf(source, options))
    .map((read) => ('refused' in read ? read : understood(read, options)));
}

function cleanOf(source: EntrySource, { keepsSecrets = false }: ReadOptions): Clean | Refused {
  const { bytes: original, tenantId } = source;
  const parsed = parseEntry(original);
  if ('refused' in parsed) return parsed;
  const line = onOneLine(original);
  const { bytes, found: redacted } = keepsSecrets ? { bytes: line } : redact(line);
  // What was hidden must not come back through a field that was read from it.
  const reread = redacted === undefined ? parsed : parseEntry(bytes);
  if ('refused' in reread) return reread;
  const id = eventId(tenantId, parsed.entry, original);
  return { source, eventId: id, entry: reread.entry, bytes, redacted };
}

function understood(
  { source: { tenantId, connectionId, receivedAtMs }, eventId: id, entry, bytes, redacted }: Clean,
  { networkOf }: ReadOptions,
): ReadEvent {
  const activity = readActivity(entry);
  const { ip, isPublic } = activity.origin;
  const event: UnderstoodEvent = {
    tenantId,
    connectionId,
    receivedAtMs,
    eventId: id,
    entry,
    bytes,
    activity,
    classification: classify(entry),
    network: ip !== undefined && isPublic ? networkOf?.(ip) : undefined,
  };
  return { event, redacted };
}
