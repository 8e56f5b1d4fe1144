import { describe, expect, it } from '@jest/globals';
import type { BookBalance } from '#ledger';
import { followLanding, type Landing } from './landing.js';

const books = (delivered: number): BookBalance[] => [
  {
    tenantId: 'acme',
    connectionId: 'one',
    hour: '2026-02-03T10',
    received: delivered,
    delivered,
    duplicate: 0,
    quarantined: 0,
    inFlight: 0,
  },
];
const landed = (lastAtMs: number) =>
  new Map([['acme', { objects: 1, quarantineObjects: 0, bytes: 1, lastAtMs }]]);

/** Follows a tenant through looks at `[now, delivered so far, last landed]`, and gives the last wait. */
function follow(...looks: [nowMs: number, delivered: number, landedMs: number][]): number | undefined {
  let known = new Map<string, Landing>();
  for (const [nowMs, delivered, landedMs] of looks) {
    known = followLanding(known, books(delivered), landed(landedMs), nowMs);
  }
  return known.get('acme')?.awaitingSinceMs;
}

describe('followLanding', () => {
  it('waits for nothing at first sight', () => {
    expect(follow([1_000, 500, 0])).toBeUndefined();
  });

  it('waits from the first delivery on', () => {
    expect(follow([1_000, 0, 0], [2_000, 5, 0], [3_000, 9, 0])).toBe(2_000);
  });

  it('stops waiting when an object lands, and waits again with the next delivery', () => {
    expect(follow([1_000, 0, 0], [2_000, 5, 0], [3_000, 5, 2_500])).toBeUndefined();
    expect(follow([1_000, 0, 0], [2_000, 5, 0], [3_000, 9, 2_500])).toBe(3_000);
  });

  it('is not misled when an hour leaves the books', () => {
    expect(follow([1_000, 90, 0], [2_000, 10, 0])).toBeUndefined();
    expect(follow([1_000, 90, 0], [2_000, 10, 0], [3_000, 11, 0])).toBe(3_000);
  });

  it('begins anew for a tenant that is seen for the first time', () => {
    expect(followLanding(new Map(), books(5), new Map(), 1_000).get('acme')).toEqual({
      delivered: 5,
      lastLandedAtMs: 0,
      awaitingSinceMs: undefined,
    });
  });
});
