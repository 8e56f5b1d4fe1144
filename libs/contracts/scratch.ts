const [minBytes, maxBytes] = [1024 * 1024, 16 * 1024 * 1024];

/**
 * Memory for large things that are put together often, used again: fresh pages cost as much as the
 * copying, and V8 collects its whole heap after so much memory outside of it was asked for.
 */
export class ScratchPool {
  private readonly free: Buffer[] = [];

  constructor(private readonly most: number) {}

  /** At least so many bytes, with anything in them. */
  take(bytes: number): Buffer {
    const scratch = this.free.pop();
    if (scratch !== undefined && scratch.length >= bytes) return scratch;
    return Buffer.allocUnsafeSlow(Math.max(minBytes, 2 ** Math.ceil(Math.log2(bytes))));
  }

  /** For the next; nobody may read or write it any more. */
  give(scratch: Buffer): void {
    if (scratch.length <= maxBytes && this.free.length < this.most) this.free.push(scratch);
  }
}
