import type { FirehoseRecord } from './pack-records.js';

/** Encoded piece by piece, each a multiple of three bytes so that no padding comes in between. */
const pieceBytes = 3 * 16 * 1024;
const [opening, closing] = ['{"Data":"', '"}'];

/**
 * The body of a PutRecordBatch call, in memory that `take` gives. The SDK's own serialiser encodes base64
 * byte by byte, which takes longer than all that the deliverer does besides.
 */
export function putBody(
  stream: string,
  records: readonly FirehoseRecord[],
  take: (bytes: number) => Buffer,
): Buffer {
  const head = `{"DeliveryStreamName":${JSON.stringify(stream)},"Records":[`;
  const dataBytes = records.reduce((sum, { bytes }) => sum + Math.ceil(bytes / 3) * 4, 0);
  const perRecord = opening.length + closing.length + 1;
  const body = take(Buffer.byteLength(head) + dataBytes + records.length * perRecord + 2);
  let at = body.write(head);
  records.forEach((record, index) => {
    if (index > 0) at += body.write(',', at, 'latin1');
    at += body.write(opening, at, 'latin1');
    at += writeBase64(body, at, record);
    at += body.write(closing, at, 'latin1');
  });
  at += body.write(']}', at, 'latin1');
  return body.subarray(0, at);
}

const piece = Buffer.allocUnsafeSlow(pieceBytes);

/** Writes the record's data, or else its slices, as one base64 text and gives its length. */
function writeBase64(target: Buffer, start: number, { slices, data }: FirehoseRecord): number {
  let at = start;
  let filled = 0;
  for (const bytes of data ? [data] : slices.map((slice) => slice.bytes)) {
    for (let from = 0; from < bytes.length;) {
      const taken = bytes.copy(piece, filled, from);
      from += taken;
      filled += taken;
      if (filled === pieceBytes) {
        at += target.write(piece.toString('base64', 0, filled), at, 'latin1');
        filled = 0;
      }
    }
  }
  if (filled > 0) at += target.write(piece.toString('base64', 0, filled), at, 'latin1');
  return at - start;
}
