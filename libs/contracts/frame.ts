import {
  crc32,
  constants,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
  type ZstdOptions,
} from 'node:zlib';
import { promisify } from 'node:util';
import { z } from 'zod';
import { joined, type Bytes } from './bytes.js';
import { PermanentError } from './errors.js';
import { ScratchPool } from './scratch.js';

const compressAside = promisify(zstdCompress);
const decompressAside = promisify(zstdDecompress);

const maxFrameBytes = 512 * 1024 * 1024;
/**
 * Up to this size the event loop can wait. Another thread takes half as much again: it has the bytes of
 * neither side in its cache.
 */
const maxInPlaceBytes = 4 * 1024 * 1024;

async function compress(frame: Buffer, options: ZstdOptions): Promise<Buffer> {
  return frame.length > maxInPlaceBytes ? compressAside(frame, options) : zstdCompressSync(frame, options);
}

async function decompress(compressed: Buffer, bytes: number, options: ZstdOptions): Promise<Buffer> {
  return bytes > maxInPlaceBytes
    ? decompressAside(compressed, options)
    : zstdDecompressSync(compressed, options);
}

/** A batch as it travels in a job: compressed, checksummed, counted. */
export const sealedFrame = z.object({
  batchId: z.string().regex(/^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$/),
  /** How many payloads the frame holds. */
  count: z.int().min(0),
  /** Size of the frame before compression. */
  bytes: z.int().min(0),
  /** CRC-32 of the compressed bytes: Redis's append-only file has no checksum of its own. */
  crc32: z.int().min(0),
  /** The compressed frame in base64, because a BullMQ job is JSON. */
  body: z.string(),
});

export type SealedFrame = z.infer<typeof sealedFrame>;

export type Frame<Header> = { header: Header; payloads: Buffer[] };

const scratches = new ScratchPool(4);

/**
 * Packs payload bytes behind a small JSON header and compresses them.
 * Layout before compression: u32 header length, header `{ header, lengths }`, payloads back to back.
 */
export async function seal(
  batchId: string,
  header: unknown,
  payloads: readonly Bytes[],
): Promise<SealedFrame> {
  const head = Buffer.from(JSON.stringify({ header, lengths: payloads.map((payload) => payload.length) }));
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32LE(head.length);
  const frame = joined([size, head, ...payloads]);
  const scratch = scratches.take(frame.length);
  try {
    frame.copy(scratch, 0);
    const compressed = await compress(scratch.subarray(0, frame.length), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
      pledgedSrcSize: frame.length,
      chunkSize: chunkSize(frame.length / 4),
    });
    const body = compressed.toString('base64');
    return { batchId, count: payloads.length, bytes: frame.length, crc32: crc32(compressed), body };
  } finally {
    scratches.give(scratch);
  }
}

/** Output comes in pieces of this size; with one piece nothing is put together, and there is no second look. */
function chunkSize(bytes: number): number {
  return Math.min(Math.max(Math.ceil(bytes), 16 * 1024), 64 * 1024 * 1024);
}

/**
 * Opens what {@link seal} closed and parses its header by `schema`.
 * @throws PermanentError `corrupt_batch` when checksum, count, lengths or header disagree.
 */
export async function unseal<Header>(sealed: SealedFrame, schema: z.ZodType<Header>): Promise<Frame<Header>> {
  const compressed = Buffer.from(sealed.body, 'base64');
  if (crc32(compressed) !== sealed.crc32) throw corrupt(sealed, 'checksum differs');
  try {
    const frame = await decompress(compressed, sealed.bytes, {
      maxOutputLength: Math.min(maxFrameBytes, sealed.bytes + 1),
      // A byte more than needed, or zlib would ask for another piece.
      chunkSize: chunkSize(sealed.bytes + 1),
    });
    if (frame.length !== sealed.bytes) throw new Error('size differs');
    const payloadStart = 4 + frame.readUInt32LE(0);
    const head = frameHead.parse(JSON.parse(frame.toString('utf8', 4, payloadStart)));
    let offset = payloadStart;
    const payloads = head.lengths.map((length) => frame.subarray(offset, (offset += length)));
    if (offset !== frame.length) throw new Error('payload lengths do not add up');
    if (payloads.length !== sealed.count) throw new Error('count differs');
    return { header: schema.parse(head.header), payloads };
  } catch (error) {
    throw corrupt(sealed, 'frame is unreadable', error);
  }
}

const frameHead = z.object({ header: z.unknown(), lengths: z.array(z.int().min(0)) });

function corrupt(sealed: SealedFrame, what: string, cause?: unknown): PermanentError {
  return new PermanentError('corrupt_batch', `batch ${sealed.batchId}: ${what}`, { cause });
}
