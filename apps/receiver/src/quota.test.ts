import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admit } from './quota.js';

/** Counts what is let through when `offered` events a second come evenly for `seconds`. */
function letThrough(offered: number, quota: number, seconds: number): number {
  let next = 0;
  let admitted = 0;
  for (let index = 0; index < offered * seconds; index += 1) {
    const verdict = admit(next, 1_000_000 + (index * 1_000) / offered, quota);
    if (verdict === undefined) continue;
    next = verdict;
    admitted += 1;
  }
  return admitted;
}

describe('admit', () => {
  it('lets everything through that is within the quota', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 }), (offered, spare) => {
        expect(letThrough(offered, offered + spare, 5)).toBe(offered * 5);
      }),
    );
  });

  it('lets no more through than the quota and two seconds of burst', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 2, max: 20 }), (quota, factor) => {
        const admitted = letThrough(quota * factor, quota, 10);
        expect(admitted).toBeLessThanOrEqual(quota * 12 + 1);
        expect(admitted).toBeGreaterThanOrEqual(quota * 10);
      }),
    );
  });
});
