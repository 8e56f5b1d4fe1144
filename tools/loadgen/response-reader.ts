const headEnd = Buffer.from('\r\n\r\n');
const statusLine = /^HTTP\/1\.[01] (\d{3})/;
const contentLength = /\r\ncontent-length:[ \t]*(\d+)/i;
const chunked = /\r\ntransfer-encoding:/i;

/** What is no HTTP/1.1 answer of the kind that this reader understands. */
export class UnreadableResponse extends Error {}

/**
 * Reads the statuses out of one connection's bytes, however they are cut into packets. Knows what a
 * receiver answers with: a status line and a body of known length, or none.
 */
export class ResponseReader {
  readonly #onStatus: (status: number) => void;
  #pending: Buffer | undefined;
  #bodyLeft = 0;

  constructor(onStatus: (status: number) => void) {
    this.#onStatus = onStatus;
  }

  /** Takes the next packet; throws `UnreadableResponse` when the bytes make no sense. */
  read(packet: Buffer): void {
    let bytes = this.#pending === undefined ? packet : Buffer.concat([this.#pending, packet]);
    this.#pending = undefined;
    while (bytes.length > 0) {
      const skipped = Math.min(this.#bodyLeft, bytes.length);
      this.#bodyLeft -= skipped;
      bytes = bytes.subarray(skipped);
      if (bytes.length === 0) return;
      const end = bytes.indexOf(headEnd);
      if (end < 0) {
        if (bytes.length > 65_536) throw new UnreadableResponse('the head of the answer does not end');
        this.#pending = bytes;
        return;
      }
      this.#readHead(bytes.toString('latin1', 0, end));
      bytes = bytes.subarray(end + headEnd.length);
    }
  }

  #readHead(head: string): void {
    const status = Number(statusLine.exec(head)?.[1]);
    if (Number.isNaN(status)) throw new UnreadableResponse(`no status line: ${head.slice(0, 80)}`);
    if (status < 200) return;
    const bodiless = status === 204 || status === 304;
    if (!bodiless && chunked.test(head)) throw new UnreadableResponse('chunked answers are not understood');
    const length = bodiless ? undefined : contentLength.exec(head)?.[1];
    if (!bodiless && length === undefined) throw new UnreadableResponse('the length of the body is not said');
    this.#bodyLeft = Number(length ?? 0);
    this.#onStatus(status);
  }
}
