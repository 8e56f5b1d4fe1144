const [lineFeed, carriageReturn] = [0x0a, 0x0d];
const byteOrderMark = Buffer.from('\ufeff');

/**
 * The lines of a text in bytes, without their ends. Node's readline would end a line at U+2028, too, which
 * may stand in a JSON string, and put others in the place of bytes that are no UTF-8.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let isFirst = true;
  const lineOfParts = (): Buffer => {
    const line = Buffer.concat(parts);
    const start = isFirst && line.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    parts = [];
    isFirst = false;
    return line.subarray(start ? byteOrderMark.length : 0, line.at(-1) === carriageReturn ? -1 : line.length);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      parts.push(chunk.subarray(from, end));
      yield lineOfParts();
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield lineOfParts();
}
