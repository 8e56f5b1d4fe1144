export type IdKind = 'int' | 'hash';

const maxInt64 = '9223372036854775807';

/** Only the canonical decimal form: "007" and "7" are different ids. */
export function isInt64(id: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(id) && (id.length < 19 || id <= maxInt64);
}

const rowLength = 1_024;

/**
 * A 32-bit number whose remainder is an id's bucket, be there 4, 16 or more. Publishers' int64 ids come in
 * rows, so neighbours share it; higher digits are mixed in, for publishers that leave great gaps.
 */
export function spreadOf(id: string, kind: IdKind): number {
  if (kind === 'hash') return parseInt(id.slice(0, 8), 16);
  const row = Math.floor(Number(id.slice(-12)) / rowLength);
  return (row ^ (row >>> 16)) >>> 0;
}

/**
 * The 32 bits in reverse: in this order numbers with the same remainder are neighbours, whatever the power
 * of two that they are divided by.
 */
export function reversed(bits: number): number {
  let n = ((bits >>> 1) & 0x5555_5555) | ((bits & 0x5555_5555) << 1);
  n = ((n >>> 2) & 0x3333_3333) | ((n & 0x3333_3333) << 2);
  n = ((n >>> 4) & 0x0f0f_0f0f) | ((n & 0x0f0f_0f0f) << 4);
  n = ((n >>> 8) & 0x00ff_00ff) | ((n & 0x00ff_00ff) << 8);
  return ((n >>> 16) | (n << 16)) >>> 0;
}

/**
 * An int32 that stands for an id of a connection in claims: FNV-1a, seeded with that of the connection. Two
 * messages share it by a chance of one in four billion; that makes a batch wait for another, and drops nothing.
 */
export function memberOf(id: string, connection = 0x811c_9dc5 | 0): number {
  let bits = connection;
  for (let index = 0; index < id.length; index += 1)
    bits = Math.imul(bits ^ id.charCodeAt(index), 0x0100_0193);
  return bits;
}
