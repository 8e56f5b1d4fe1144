import { describe, expect, it } from '@jest/globals';
import { holds } from './backlog-brake.js';

describe('holds', () => {
  it('begins above the limit, and ends at half of it', () => {
    let isHolding = false;
    const follow = [99, 100, 101, 60, 51, 50, 99, 101];
    expect(follow.map((bytes) => (isHolding = holds(isHolding, bytes, 100)))).toEqual([
      ...[false, false, true, true, true, false, false, true],
    ]);
  });
});
