import { hash } from 'node:crypto';

/** A push as the duplicate filter knows it: the id is the identity, the time only chooses the slice. */
export type MessageKey = { connectionId: string; messageId: string; publishTime: string };

/** Messages of one connection and hour, kept in one family of Redis keys. */
export type Slice = {
  /** Redis key prefix; its hash tag keeps the family in one cluster slot. */
  base: string;
  /** `int`: decimal int64 ids. `hash`: other ids, as 16-byte hashes in hex. */
  kind: 'int' | 'hash';
  ids: string[];
  /** Where each id stood in the input. */
  positions: number[];
};

const maxInt64 = '9223372036854775807';

/** Only the canonical decimal form: "007" and "7" are different ids. */
export function isInt64(id: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(id) && (id.length < 19 || id <= maxInt64);
}

/** Groups messages into the slices that hold them. */
export function slicesOf(keys: readonly MessageKey[]): Slice[] {
  const slices = new Map<string, Slice>();
  keys.forEach(({ connectionId, messageId, publishTime }, position) => {
    const kind = isInt64(messageId) ? 'int' : 'hash';
    const hour = /^\d{4}-\d{2}-\d{2}T\d{2}/.exec(publishTime)?.[0] ?? 'undated';
    const base = `{seen:${connectionId}}:${hour}:${kind}`;
    let slice = slices.get(base);
    if (!slice) slices.set(base, (slice = { base, kind, ids: [], positions: [] }));
    slice.ids.push(kind === 'int' ? messageId : hash('sha256', messageId, 'hex').slice(0, 32));
    slice.positions.push(position);
  });
  return [...slices.values()];
}
