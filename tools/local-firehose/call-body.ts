const quote = 0x22;
const equals = 0x3d;
/** A multiple of four, and little enough to be garbage that is swept with the young. */
const pieceChars = 64 * 1024;
/** Shorter strings are parsed with the rest. */
const minDataChars = 1_024;
const endsInDataKey = /"Data"\s{0,8}:\s{0,8}$/;
const maxKeyChars = '"Data":'.length + 16;

/**
 * Parses a call, its long `Data` being the bytes that they stand for, which lie in `room`: 1.4 µs for a
 * line of 3.9 KB, where JSON.parse and decoding take 5.9 and leave garbage.
 */
export function parseCall(body: Buffer, room: Buffer): unknown {
  const { between, data } = takeDataOut(body, room);
  if (data.length > 0 && !between.some((text) => text.includes('\\'))) {
    try {
      return parseAround(between, data);
    } catch {
      // What is wrong with a call is told of the call as it came.
    }
  }
  return JSON.parse(body.toString());
}

/** Without escapes no string in the text holds a NUL, so one that does stands for data. */
function parseAround(between: readonly string[], data: readonly Buffer[]): unknown {
  const standIns = new Map<unknown, Buffer>(data.map((bytes, index) => [`\0${String(index)}`, bytes]));
  const text = between.map((before, index) =>
    index === 0 ? before : `"\\u0000${String(index - 1)}"${before}`,
  );
  return JSON.parse(text.join(''), (_, value: unknown) => standIns.get(value) ?? value);
}

/** All data that is base64 beyond doubt, and what stands before, between and after them. */
function takeDataOut(body: Buffer, room: Buffer): { between: string[]; data: Buffer[] } {
  const between: string[] = [];
  const data: Buffer[] = [];
  let copied = 0;
  let roomUsed = 0;
  let close = 0;
  for (let open = body.indexOf(quote); open !== -1; open = body.indexOf(quote, close + 1)) {
    close = body.indexOf(quote, open + 1);
    if (close === -1) break;
    if (close - open <= minDataChars) continue;
    if (!endsInDataKey.test(body.toString('latin1', Math.max(0, open - maxKeyChars), open))) continue;
    const bytes = decodeStrictly(body.subarray(open + 1, close), room.subarray(roomUsed));
    if (!bytes) continue;
    roomUsed += bytes.length;
    between.push(body.toString('utf8', copied, open));
    data.push(bytes);
    copied = close + 1;
  }
  between.push(body.toString('utf8', copied));
  return { between, data };
}

/** Node passes over what is not base64, so only pure base64 gives as many bytes as its length says. */
function decodeStrictly(base64: Buffer, room: Buffer): Buffer | undefined {
  const padding = Number(base64.at(-1) === equals) + Number(base64.at(-2) === equals);
  const byteCount = (base64.length / 4) * 3 - padding;
  if (!Number.isInteger(byteCount) || byteCount > room.length) return undefined;
  const bytes = room.subarray(0, byteCount);
  let written = 0;
  for (let from = 0; from < base64.length; from += pieceChars) {
    const piece = base64.toString('latin1', from, Math.min(from + pieceChars, base64.length));
    written += bytes.write(piece, written, 'base64');
  }
  return written === byteCount ? bytes : undefined;
}
