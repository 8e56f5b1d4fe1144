/** Something of a known length that can be written into a Buffer, as a Buffer itself can. */
export type Bytes = {
  readonly length: number;
  /** Writes all of it at `start`, where there must be room. */
  copy(target: Buffer, start: number): unknown;
};

/** Several in a row, none of them copied before it must be. */
export function joined(parts: readonly Bytes[]): Bytes {
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    copy: (target, start) => {
      let at = start;
      for (const part of parts) {
        part.copy(target, at);
        at += part.length;
      }
    },
  };
}

/** A Buffer of its own. */
export function bufferOf(bytes: Bytes): Buffer {
  const buffer = Buffer.allocUnsafe(bytes.length);
  bytes.copy(buffer, 0);
  return buffer;
}
