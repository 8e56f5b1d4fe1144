import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxBytesPerCall, maxRecordsPerCall, planCalls } from './plan-calls.js';

const record = fc.integer({ min: 1, max: 1_024_000 }).map((bytes) => ({ bytes }));

describe('planCalls', () => {
  it('keeps every record, in order, within the limits of a call', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 1_200 }), (records) => {
        const calls = planCalls(records);
        expect(calls.flat()).toEqual(records);
        for (const call of calls) {
          expect(call.length).toBeGreaterThan(0);
          expect(call.length).toBeLessThanOrEqual(maxRecordsPerCall);
          expect(call.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytesPerCall);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('starts a new call only when the next record does not fit', () => {
    const small = Array.from({ length: 501 }, () => ({ bytes: 10 }));
    expect(planCalls(small).map((call) => call.length)).toEqual([500, 1]);
    const large = Array.from({ length: 5 }, () => ({ bytes: 1_024_000 }));
    expect(planCalls(large).map((call) => call.length)).toEqual([4, 1]);
  });
});
