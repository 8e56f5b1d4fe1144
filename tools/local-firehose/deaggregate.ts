const quote = 0x22;
const backslash = 0x5c;
const open = 0x7b;
const close = 0x7d;
const newline = 0x0a;

/** Firehose looks at no more sub-records than this. */
export const maxSubRecords = 500;

export type SubRecordType = { kind: 'JSON' } | { kind: 'DELIMITED'; delimiter: Buffer };

/**
 * Takes a record apart into sub-records, byte for byte; delimiters and white space between JSON
 * objects are stripped. @throws when the record is no sequence of JSON objects.
 */
export function deaggregate(record: Buffer, type: SubRecordType): Buffer[] {
  return type.kind === 'JSON' ? jsonObjects(record) : delimited(record, type.delimiter);
}

function delimited(record: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  while (start < record.length) {
    const found = record.indexOf(delimiter, start);
    const end = found === -1 ? record.length : found;
    if (end > start) parts.push(record.subarray(start, end));
    start = end + delimiter.length;
  }
  return parts;
}

/** Objects may follow each other directly or with white space between. */
function jsonObjects(record: Buffer): Buffer[] {
  const objects: Buffer[] = [];
  let position = 0;
  for (;;) {
    while (isSpace(record[position])) position += 1;
    if (position >= record.length) return objects;
    if (record[position] !== open) throw new Error('the record is not a sequence of JSON objects');
    const end = lineEnd(record, position) ?? objectEnd(record, position);
    objects.push(record.subarray(position, end));
    position = end;
  }
}

/**
 * The common case, one object a line, is found without looking at every byte: a line that ends in a
 * brace and is followed by an opening one, or by nothing, ends an object.
 */
function lineEnd(record: Buffer, start: number): number | undefined {
  const end = record.indexOf(newline, start);
  if (end === -1 || record[end - 1] !== close) return undefined;
  if (end + 1 < record.length && record[end + 1] !== open) return undefined;
  // Two objects on one line show `}` before `{`, perhaps with a space between; so may a string: look closely then.
  const line = record.subarray(start, end);
  return ['}{', '} ', '}\t', '}\r'].some((sign) => line.includes(sign)) ? undefined : end;
}

function objectEnd(record: Buffer, start: number): number {
  let depth = 0;
  let inString = false;
  for (let position = start; position < record.length; position += 1) {
    const byte = record[position];
    if (inString) {
      if (byte === backslash) position += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === open) depth += 1;
    else if (byte === close && --depth === 0) return position + 1;
  }
  throw new Error('the record ends inside a JSON object');
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
}
