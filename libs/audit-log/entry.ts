import { isUtf8 } from 'node:buffer';
import type { QuarantineReason } from '#contracts';

/** A Cloud Logging LogEntry as JSON.parse gives it; every field may be missing or of a wrong type. */
export type LogEntry = Readonly<Record<string, unknown>>;

/** jq 1.6, which Firehose partitions with, refuses 256 levels; consumers' parsers are no better. */
const maxDepth = 200;

/** Reads a LogEntry's bytes, or says why they are none. Never throws. */
export function parseEntry(bytes: Buffer): { entry: LogEntry } | { refused: QuarantineReason } {
  if (bytes.length === 0) return { refused: 'empty' };
  if (!isUtf8(bytes)) return { refused: 'invalid_utf8' };
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { refused: 'invalid_json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { refused: 'not_an_object' };
  const isTooDeep = opensMoreThan(maxDepth, text) && isDeeperThan(maxDepth, value);
  return isTooDeep ? { refused: 'too_deep' } : { entry: value as LogEntry };
}

/** Whether there are brackets enough in the text to be so deep, which hardly any entry has. */
function opensMoreThan(levels: number, text: string): boolean {
  let count = 0;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > levels) return true;
    }
  }
  return false;
}

/** Looks no deeper than the limit, so that a depth bomb costs no stack. `for in` takes five times as long. */
function isDeeperThan(levels: number, value: object): boolean {
  if (levels === 0) return true;
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null && isDeeperThan(levels - 1, child as object)) return true;
  }
  return false;
}

/**
 * Proven JSON on one line, byte for byte but for the line breaks: after a successful parse these can
 * only stand between tokens, where a space means the same.
 */
export function onOneLine(bytes: Buffer): Buffer {
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return bytes;
  return Buffer.from(bytes.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)));
}
