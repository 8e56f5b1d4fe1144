import { formRules, nameRules } from './redaction-rules.js';

/**
 * A hint has four pieces of three characters in a row, one of which begins at a multiple of four: so it is
 * enough to look there, at one aligned word in four bytes, and further only where the word is a piece.
 */
const places = 4;
export const hintLength = 6;
const caseless = 0x5f5f5f;
const slotOf = (word: number): number => Math.imul(word & caseless, 0x9e3779b1) >>> 16;

/** For each slot of pieces the places that they have in hints, as bits. */
const pieces = new Uint8Array(1 << 16);
const known = new Set<number>();
for (const hint of [...nameRules, ...formRules].flatMap(({ hints }) => hints)) {
  const bytes = Buffer.from(hint, 'latin1');
  known.add(whole(bytes, 0));
  for (let place = 0; place < places; place++) {
    const slot = slotOf(wordAt(bytes, place));
    pieces[slot] = (pieces[slot] ?? 0) | (1 << place);
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function whole(bytes: Uint8Array, at: number): number {
  return (wordAt(bytes, at) & caseless) * 2 ** 24 + (wordAt(bytes, at + 3) & caseless);
}

/** Text is looked at in aligned blocks: a Buffer may begin anywhere. */
const block = new Uint8Array(1 << 14);
const words = new Int32Array(block.buffer);

/** Where hints stand, in order; nothing when none does, which takes half a microsecond a kilobyte to see. */
export function hintsIn(bytes: Buffer): number[] | undefined {
  let found: number[] | undefined;
  for (let from = 0; from < bytes.length; from += block.length) {
    const size = Math.min(block.length, bytes.length - from);
    block.set(size === bytes.length ? bytes : bytes.subarray(from, from + size));
    for (let index = 0, last = (size - 3) >> 2; index <= last; index++) {
      const bits = pieces[slotOf(words[index] as number)] as number;
      if (bits === 0) continue;
      const start = hintAround(bytes, from + index * 4, bits);
      if (start !== undefined) (found ??= []).push(start);
    }
  }
  return found;
}

function hintAround(bytes: Buffer, at: number, bits: number): number | undefined {
  for (let place = 0; place < places; place++) {
    const start = at - place;
    if ((bits & (1 << place)) === 0 || start < 0) continue;
    const other = place === 0 ? places - 1 : 0;
    if (isPiece(bytes, start + other, other) && known.has(whole(bytes, start))) return start;
  }
  return undefined;
}

function isPiece(bytes: Buffer, at: number, place: number): boolean {
  return ((pieces[slotOf(wordAt(bytes, at))] ?? 0) & (1 << place)) !== 0;
}

/** Escapes that may hide a hint: a letter, digit or joint of a name, and a slash. Others are common. */
const disguise = /\\(?:u00(?:2[0def]|3\d|[4-7])|\/)/;

/** Whether characters of a name or of a secret may be written as escapes. */
export function isDisguised(bytes: Buffer): boolean {
  return bytes.includes(0x5c) && disguise.test(bytes.toString('latin1'));
}
