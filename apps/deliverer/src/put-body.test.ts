import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FirehoseRecord } from './pack-records.js';
import { putBody } from './put-body.js';

const segment = {
  ...{ kind: 'events' as const, tenantId: 'acme', connectionId: 'c1', hour: '2026-02-03T04' },
  ...{ events: 1, lines: 1, bytes: Buffer.alloc(0) },
};
const record = (parts: readonly Buffer[]): FirehoseRecord => ({
  slices: parts.map((bytes) => ({ segment, bytes, lines: 1 })),
  bytes: parts.reduce((sum, { length }) => sum + length, 0),
  lines: parts.length,
});
/** Also those whose parts end within three bytes, and beyond the size that is encoded at once. */
const part = fc.oneof(
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 49_140, max: 49_160 }).map((size) => Buffer.alloc(size, 0xe9)),
);

describe("a put's body", () => {
  it('says what the SDK would say', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.array(part, { maxLength: 5 }), { maxLength: 4 }),
        (stream, all) => {
          expect(
            JSON.parse(putBody(stream, all.map(record), (bytes) => Buffer.alloc(bytes + 5)).toString()),
          ).toEqual({
            DeliveryStreamName: stream,
            Records: all.map((parts) => ({ Data: Buffer.concat(parts).toString('base64') })),
          });
        },
      ),
    );
  });
});
