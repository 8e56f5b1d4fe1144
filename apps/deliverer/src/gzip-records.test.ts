import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { maxRecordBytes } from '#contracts';
import { gzipRecords } from './gzip-records.js';
import { compressedLimits, packRecords, type Segment } from './pack-records.js';

function segment(lines: readonly string[]): Segment {
  return {
    ...{ kind: 'events', tenantId: 'acme', connectionId: 'c1', hour: '2026-02-03T04' },
    ...{ events: lines.length, lines: lines.length, bytes: Buffer.from(lines.join('')) },
  };
}

describe('gzipRecords', () => {
  it('makes members that are one gzip together, with every line in its order', async () => {
    const parts = [0, 1, 2].map((part) =>
      segment(
        Array.from(
          { length: 9_000 },
          (_, n) => `{"part":${String(part)},"n":${String(n)}}${' '.repeat(200)}\n`,
        ),
      ),
    );
    const records = await gzipRecords(packRecords(parts, compressedLimits));
    expect(records.length).toBeGreaterThan(1);
    expect(records.reduce((sum, { lines }) => sum + lines, 0)).toBe(27_000);
    const data = records.map((record) => record.data ?? Buffer.alloc(0));
    expect(records.map(({ bytes }) => bytes)).toEqual(data.map(({ length }) => length));
    expect(gunzipSync(Buffer.concat(data)).equals(Buffer.concat(parts.map(({ bytes }) => bytes)))).toBe(true);
  });

  it('halves what is too large even so, and leaves a single line to Firehose', async () => {
    const noise = () => `"${randomBytes(500_000).toString('base64')}"\n`;
    const lines = Array.from({ length: 4 }, noise);
    const records = await gzipRecords(packRecords([segment(lines)], compressedLimits));
    expect(records.every(({ bytes }) => bytes <= maxRecordBytes)).toBe(true);
    const text = gunzipSync(Buffer.concat(records.map(({ data }) => data ?? Buffer.alloc(0)))).toString();
    expect(text).toBe(lines.join(''));
    const huge = segment([`"${randomBytes(1_500_000).toString('base64')}"\n`]);
    const alone = {
      slices: [{ segment: huge, bytes: huge.bytes, lines: 1 }],
      bytes: huge.bytes.length,
      lines: 1,
    };
    const [left, ...more] = await gzipRecords([alone]);
    expect(more).toEqual([]);
    expect(left?.bytes).toBeGreaterThan(maxRecordBytes);
  });
});
