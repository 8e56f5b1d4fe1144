import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrafficMessage } from './audit-traffic.js';

type Sample = { bytes: Buffer; insertIdEndsAt: number | undefined };

const [quote, backslash, comma] = Buffer.from('"\\,');
const opening = new Set(Buffer.from('{['));
const closing = new Set(Buffer.from('}]'));
const insertIdKey = Buffer.from('"insertId"');

/**
 * Entries of a folder's *.ndjson files, over and over. The first round is the files' own bytes; later
 * rounds keep entries distinct by a suffix to the insertId, and change no other byte.
 */
export async function samplesFrom(dir: string): Promise<{ next: () => TrafficMessage }> {
  const names = await readdir(dir).catch((cause: unknown) => {
    throw new Error(`The folder ${dir} cannot be read.`, { cause });
  });
  const files = names.filter((name) => name.endsWith('.ndjson')).sort();
  const contents = await Promise.all(files.map((name) => readFile(join(dir, name))));
  const samples = contents
    .flatMap(linesOf)
    .map((bytes): Sample => ({ bytes, insertIdEndsAt: insertIdEnd(bytes) }));
  if (samples.length === 0) throw new Error(`There is no entry in any *.ndjson file of ${dir}.`);
  let taken = 0;
  return {
    next: () => {
      const sample = samples[taken % samples.length] as Sample;
      return { data: inRound(sample, Math.floor(taken++ / samples.length)), malformed: false };
    },
  };
}

function linesOf(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < content.length;) {
    const newline = content.indexOf(0x0a, from);
    const to = newline < 0 ? content.length : newline;
    const line = content.subarray(from, to);
    if (line.some((byte) => byte > 0x20)) lines.push(line);
    from = to + 1;
  }
  return lines;
}

function inRound({ bytes, insertIdEndsAt }: Sample, round: number): Buffer {
  if (round === 0) return bytes;
  if (insertIdEndsAt !== undefined) {
    const suffix = Buffer.from(`-r${round}`);
    return Buffer.concat([bytes.subarray(0, insertIdEndsAt), suffix, bytes.subarray(insertIdEndsAt)]);
  }
  // An entry without an insertId is told apart by its bytes: white space counts the rounds in binary.
  const blank = round.toString(2).replaceAll('0', ' ').replaceAll('1', '\t');
  return Buffer.concat([bytes, Buffer.from(blank)]);
}

/** Where the closing quote of the entry's own insertId is: not that of an object within it. */
function insertIdEnd(bytes: Buffer): number | undefined {
  let depth = 0;
  let expectsKey = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      const end = stringEnd(bytes, at);
      if (expectsKey && depth === 1 && bytes.subarray(at, end + 1).equals(insertIdKey)) {
        return valueEnd(bytes, end + 1);
      }
      expectsKey = false;
      at = end;
    } else if (opening.has(byte)) {
      depth++;
      expectsKey = true;
    } else if (closing.has(byte)) depth--;
    else if (byte === comma) expectsKey = true;
  }
  return undefined;
}

function stringEnd(bytes: Buffer, quoteAt: number): number {
  let at = quoteAt + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

/** The closing quote of the value behind a key, unless it is no string or an empty one. */
function valueEnd(bytes: Buffer, keyEndsAt: number): number | undefined {
  const value = /^\s*:\s*"/.exec(bytes.toString('latin1', keyEndsAt, keyEndsAt + 100));
  if (value === null) return undefined;
  const quoteAt = keyEndsAt + value[0].length - 1;
  const end = stringEnd(bytes, quoteAt);
  return end === quoteAt + 1 ? undefined : end;
}
