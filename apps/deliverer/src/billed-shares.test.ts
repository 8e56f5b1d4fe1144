import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { billedBytesOf, maxLinesPerRecord, maxRecordBytes } from '#contracts';
import { billedShares } from './billed-shares.js';

describe('billedShares', () => {
  const slices = fc.array(fc.integer({ min: 1, max: maxRecordBytes / maxLinesPerRecord }), {
    minLength: 1,
    maxLength: maxLinesPerRecord,
  });

  it('adds up to exactly what the record is billed, each share within a byte of its own', () => {
    fc.assert(
      fc.property(slices, (bytes) => {
        const all = bytes.reduce((sum, one) => sum + one, 0);
        const billed = billedBytesOf(all);
        const shares = billedShares(bytes, billed);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBe(billed);
        shares.forEach((share, index) => {
          expect(Number.isInteger(share)).toBe(true);
          expect(Math.abs(share - ((bytes[index] ?? 0) * billed) / all)).toBeLessThan(1);
        });
      }),
    );
  });

  it('gives a lone slice all of it', () => {
    expect(billedShares([1], 5_120)).toEqual([5_120]);
  });
});
