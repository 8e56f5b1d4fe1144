import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextWindow, retryDelayMs } from './pace.js';

describe('retryDelayMs', () => {
  it('is jittered over the whole of a growing, bounded range', () => {
    expect(retryDelayMs(1, 0)).toBe(0);
    expect(retryDelayMs(1, 0.5)).toBe(100);
    expect(retryDelayMs(3, 0.5)).toBe(400);
    expect(retryDelayMs(1_000, 0.999)).toBeLessThanOrEqual(10_000);
  });
});

describe('nextWindow', () => {
  it('stays between one and the most, halves when throttled and recovers', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), fc.integer({ min: 1, max: 64 }), (answers, most) => {
        let window = most;
        for (const throttled of answers) {
          const next = nextWindow(window, throttled, most);
          expect(next).toBeGreaterThanOrEqual(1);
          expect(next).toBeLessThanOrEqual(most);
          expect(throttled ? next <= window : next >= window).toBe(true);
          window = next;
        }
      }),
    );
  });
});
