import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A push as the duplicate filter knows it: the id is the identity, the time only chooses the slice. */
export type MessageKey = { connectionId: string; messageId: string; publishTime: string };

/** Messages of one connection and hour. */
export type Slice = {
  connectionId: string;
  /** `yyyy-MM-ddTHH`, or `undated`. */
  hour: string;
  /** `int`: decimal int64 ids. `hash`: other ids, as 16-byte hashes in hex. */
  kind: 'int' | 'hash';
  ids: string[];
  /** Where each id stood in the input. */
  positions: number[];
};

/** The slices that share a hash tag, and so a slot of a Redis Cluster and a call. */
export type Family = { tag: string; slices: Slice[] };

const maxInt64 = '9223372036854775807';

/** Only the canonical decimal form: "007" and "7" are different ids. */
export function isInt64(id: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(id) && (id.length < 19 || id <= maxInt64);
}

/** Groups messages into the slices that hold them; a connection is always of the same family. */
export function familiesOf(keys: readonly MessageKey[], shards: number): Family[] {
  const families = new Map<string, Family>();
  const slices = new Map<string, Slice>();
  keys.forEach(({ connectionId, messageId, publishTime }, position) => {
    const kind = isInt64(messageId) ? 'int' : 'hash';
    const hour = /^\d{4}-\d{2}-\d{2}T\d{2}/.exec(publishTime)?.[0] ?? 'undated';
    const name = `${connectionId} ${hour} ${kind}`;
    let slice = slices.get(name);
    if (!slice) {
      slice = { connectionId, hour, kind, ids: [], positions: [] };
      slices.set(name, slice);
      familyOf(families, connectionId, shards).slices.push(slice);
    }
    slice.ids.push(kind === 'int' ? messageId : hash('sha256', messageId, 'hex').slice(0, 32));
    slice.positions.push(position);
  });
  return [...families.values()];
}

function familyOf(families: Map<string, Family>, connectionId: string, shards: number): Family {
  const tag = `{seen-${String(crc32(connectionId) % shards)}}`;
  let family = families.get(tag);
  if (!family) families.set(tag, (family = { tag, slices: [] }));
  return family;
}

/** Slices as the scripts read them: connection, hour, kind, how many ids, and the ids. */
export function argumentsOf({ slices }: Family): string[] {
  return slices.flatMap(({ connectionId, hour, kind, ids }) => [
    connectionId,
    hour,
    kind,
    String(ids.length),
    ...ids,
  ]);
}
