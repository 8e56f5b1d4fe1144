import { formRules } from './form-rules.js';
import { nameRules } from './name-rules.js';

/** Of secrets that only the structure around them tells: secrets-in-json.ts knows how. */
export const structureHints = ['"kty":', '"kty" ', '"kty\\"', '"auths"', '"auths\\"'] as const;

/**
 * The first six characters of a hint have four pieces of three characters in a row, one of which begins at
 * a multiple of four: so it is enough to look there, at one aligned word in four bytes, and further only
 * where the word is a piece.
 */
const places = 4;
export const hintLength = 6;
const caseless = 0x5f5f5f;
/** With a factor by which few words that are common in entries fall upon the slot of a piece. */
const slotOf = (word: number): number => Math.imul(word & caseless, 0xb7c27b3b) >>> 16;

const slotOfQuad = (word: number): number => Math.imul(word & 0x5f5f5f5f, 0xb7c27b3b) >>> 16;

/** For each slot of pieces the places that they have in hints, as bits. */
const pieces = new Uint8Array(1 << 16);
/** The same of pieces with the character behind them; the last piece of a hint goes on with any. */
const quads = new Uint8Array(1 << 16).fill(1 << (places - 1));
/** By their first six characters, how hints go on. */
const known = new Map<number, string[]>();
for (const hint of [...[...nameRules, ...formRules].flatMap(({ hints }) => hints), ...structureHints]) {
  const bytes = Buffer.from(hint, 'latin1');
  const first = whole(bytes, 0);
  const rest = hint.slice(hintLength);
  known.set(first, rest === '' ? [rest] : [...(known.get(first) ?? []), rest]);
  for (let place = 0; place < places; place++) {
    const slot = slotOf(wordAt(bytes, place));
    pieces[slot] = (pieces[slot] ?? 0) | (1 << place);
    if (place === places - 1) continue;
    const quad = slotOfQuad(bytes.readInt32LE(place));
    quads[quad] = (quads[quad] ?? 0) | (1 << place);
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function whole(bytes: Uint8Array, at: number): number {
  return (
    (Math.imul(wordAt(bytes, at) & caseless, 0x9e3779b1) ^
      Math.imul(wordAt(bytes, at + 3) & caseless, 0x85ebca6b)) >>>
    2
  );
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
      const likely = bits & (quads[slotOfQuad(words[index] as number)] as number);
      if (likely === 0) continue;
      found = withHintsAround(bytes, from + index * 4, likely, found);
    }
  }
  return found;
}

/** All of them, since one may be of a name and the other of a form that stands around it. */
function withHintsAround(
  bytes: Buffer,
  at: number,
  bits: number,
  found: number[] | undefined,
): number[] | undefined {
  let all = found;
  for (let place = places - 1; place >= 0; place--) {
    const start = at - place;
    if ((bits & (1 << place)) === 0 || start < 0) continue;
    const other = place === 0 ? places - 1 : 0;
    const bitsThere = pieces[slotOf(wordAt(bytes, start + other))] as number;
    if ((bitsThere & (1 << other)) !== 0 && isHint(bytes, start)) (all ??= []).push(start);
  }
  return all;
}

function isHint(bytes: Buffer, at: number): boolean {
  const rests = known.get(whole(bytes, at));
  return (
    rests !== undefined && (rests[0] === '' || rests.some((rest) => goesOn(bytes, at + hintLength, rest)))
  );
}

const userAndPassword = '*@';

function goesOn(bytes: Buffer, at: number, rest: string): boolean {
  if (rest === userAndPassword) return namesPassword(bytes, at);
  for (let index = 0; index < rest.length; index++) {
    if ((((bytes[at + index] ?? 0) ^ rest.charCodeAt(index)) & caseless) !== 0) return false;
  }
  return true;
}

const maxUserAndPassword = 400;

/** Whether an address goes on with `user:password@`. */
function namesPassword(bytes: Buffer, from: number): boolean {
  let hasColon = false;
  for (let at = from, last = from + maxUserAndPassword; at < last; at++) {
    const byte = bytes[at];
    if (byte === 0x40) return hasColon;
    if (byte === 0x3a) hasColon = true;
    // Whatever ends the host: a slash, a quote, an escape, a space or the end.
    else if (byte === undefined || byte <= 0x20 || byte === 0x22 || byte === 0x2f || byte === 0x5c)
      return false;
  }
  return false;
}

/** Escapes that may hide a hint: a letter, digit or joint of a name, and a slash. Others are common. */
const disguise = /\\(?:u00(?:2[0def]|3\d|[4-7])|\/)/;

/** Whether characters of a name or of a secret may be written as escapes. */
export function isDisguised(bytes: Buffer): boolean {
  return bytes.includes(0x5c) && disguise.test(bytes.toString('latin1'));
}
