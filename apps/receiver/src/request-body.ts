import type { IncomingMessage } from 'node:http';

/** What Pub/Sub may send at most: a 10 MB message in base64, its attributes and the wrapping. */
export const maxBodyBytes = 14.5 * 1024 * 1024;
/** What is kept of a body that is larger than anything Pub/Sub sends. */
const keptBytes = 64 * 1024;

/** The body as it came, or the beginning of one that is too large. */
export type RequestBody = { bytes: Buffer; tooLarge: boolean };

/** Reads a body up to {@link maxBodyBytes}. @throws when the client goes away before its end. */
export function readBody(request: IncomingMessage): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    // Then nothing is heard of it any more.
    if (request.destroyed) {
      reject(gone());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest of a body that is too large is read and let go, so that the answer can be heard.
      if (size <= maxBodyBytes || size - chunk.length < keptBytes) chunks.push(chunk);
    });
    request.on('end', () => {
      const bytes = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
      const tooLarge = size > maxBodyBytes;
      resolve({ bytes: tooLarge ? bytes.subarray(0, keptBytes) : bytes, tooLarge });
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.readableEnded) reject(gone());
    });
  });
}

function gone(): Error {
  return new Error('the client went away');
}
