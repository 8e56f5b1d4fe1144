import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isInt64, memberOf, reversed, spreadOf, type IdKind } from './ids.js';

/** A push as the duplicate filter knows it: the id is the identity, the time only chooses the slice. */
export type MessageKey = { connectionId: string; messageId: string; publishTime: string };

/** A message in its slice: its id, where it stood in the input, and its place in the order of buckets. */
type Entry = { id: string; position: number; spread: number; order: number };

/** Messages of one connection and hour. */
export type Slice = {
  connectionId: string;
  /** `yyyy-MM-ddTHH`, or `undated`. */
  hour: string;
  /** `int`: decimal int64 ids. `hash`: other ids, as 16-byte hashes in hex. */
  kind: IdKind;
  /** In an order in which those that share a bucket are neighbours, however many buckets there are. */
  entries: Entry[];
};

/** The slices that share a hash tag, and so a slot of a Redis Cluster and a call. */
export type Family = { tag: string; slices: Slice[] };

/** Groups messages into the slices that hold them; a connection is always of the same family. */
export function familiesOf(keys: readonly MessageKey[], shards: number): Family[] {
  const byConnection = new Map<string, Slice[]>();
  keys.forEach(({ connectionId, messageId, publishTime }, position) => {
    let slices = byConnection.get(connectionId);
    if (!slices) byConnection.set(connectionId, (slices = []));
    const kind = isInt64(messageId) ? 'int' : 'hash';
    const hour = hourOf(publishTime);
    let slice = slices.find((known) => known.hour === hour && known.kind === kind);
    if (!slice) slices.push((slice = { connectionId, hour, kind, entries: [] }));
    const id = kind === 'int' ? messageId : hash('sha256', messageId, 'hex').slice(0, 32);
    const spread = spreadOf(id, kind);
    slice.entries.push({ id, position, spread, order: reversed(spread) });
  });
  const families = new Map<string, Family>();
  for (const [connectionId, slices] of byConnection) {
    const tag = tagOf(connectionId, shards);
    const family = families.get(tag) ?? { tag, slices: [] };
    families.set(tag, family);
    family.slices.push(...slices);
    for (const { entries } of slices) entries.sort((one, other) => one.order - other.order);
  }
  return [...families.values()];
}

let latest = { text: '', hour: 'undated' };

function hourOf(publishTime: string): string {
  const text = publishTime.slice(0, 13);
  // Nearly all messages are of the same hour.
  if (text !== latest.text)
    latest = { text, hour: /^\d{4}-\d{2}-\d{2}T\d{2}$/.test(text) ? text : 'undated' };
  return latest.hour;
}

/** The hash tag that something is kept under. */
export function tagOf(id: string, shards: number): string {
  return `{seen-${String(crc32(id) % shards)}}`;
}

/**
 * Slices as the scripts read them, and the ids. A slice is a list in JSON: connection, hour, kind, the spread
 * of each run of ids that share it, and the length of each.
 */
export function argumentsOf({ slices }: Family): string[] {
  const described = slices.map(({ connectionId, hour, kind, entries }) => {
    const runs = runsOf(entries);
    return [connectionId, hour, kind, runs.map(({ spread }) => spread), runs.map(({ length }) => length)];
  });
  return [JSON.stringify(described), ...slices.flatMap(({ entries }) => entries.map(({ id }) => id))];
}

function runsOf(entries: readonly Entry[]): { spread: number; length: number }[] {
  const runs: { spread: number; length: number }[] = [];
  for (const { spread } of entries) {
    const last = runs.at(-1);
    if (last?.spread === spread) last.length += 1;
    else runs.push({ spread, length: 1 });
  }
  return runs;
}

/** What a batch's claim holds of each message, in the order of {@link argumentsOf}. */
export function membersOf({ slices }: Family): number[] {
  return slices.flatMap(({ connectionId, entries }) => {
    const connection = memberOf(connectionId);
    return entries.map(({ id }) => memberOf(id, connection));
  });
}
