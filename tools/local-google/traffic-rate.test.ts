import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rateAt } from './traffic-rate.js';

const dayMs = 86_400_000;
const overADay = (seed: number) =>
  Array.from({ length: 1440 }, (_, minute) => rateAt(Date.UTC(2026, 1, 3) + minute * 60_000, 1000, seed));

describe('rateAt', () => {
  it('has a mean near the base rate over a day, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const mean = overADay(seed).reduce((sum, rate) => sum + rate, 0) / 1440;
        expect(mean).toBeGreaterThan(880);
        expect(mean).toBeLessThan(1120);
      }),
    );
  });

  it('is busy by day and quiet by night', () => {
    const rates = overADay(1).toSorted((a, b) => a - b);
    expect(rates[0]).toBeLessThan(500);
    expect(rates[1200]).toBeGreaterThan(1200);
  });

  it('bursts above what the curve allows, and at other times with another seed', () => {
    const bursts = (seed: number) => overADay(seed).flatMap((rate, minute) => (rate > 1500 ? [minute] : []));
    expect(bursts(1).length).toBeGreaterThan(5);
    expect(bursts(1)).not.toEqual(bursts(2));
  });

  it('scales with the base rate and depends on its arguments alone', () => {
    fc.assert(
      fc.property(
        fc.nat(100 * dayMs),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer(),
        (now, base, seed) => {
          expect(rateAt(now, base, seed)).toBeCloseTo(base * rateAt(now, 1, seed), 5);
        },
      ),
    );
  });
});
