import { describe, expect, it } from '@jest/globals';
import {
  afterAck,
  afterNack,
  isAck,
  newPushWindow,
  pushBackoffMs,
  retryDelayMs,
  type PushWindow,
} from './push-window.js';

const after = (window: PushWindow, times: number, step: (window: PushWindow) => PushWindow): PushWindow =>
  times === 0 ? window : after(step(window), times - 1, step);

describe('the push window', () => {
  it('starts small, doubles with each round of successes, and grows slowly past 3,000', () => {
    expect(after(newPushWindow, 4, (window) => afterAck(window, 20)).size).toBe(8);
    expect(afterAck({ size: 3_000, consecutiveNacks: 0 }, 20).size).toBeCloseTo(3_000, 2);
  });

  it('falls back when answers are slow, and shrinks when they fail', () => {
    expect(afterAck({ size: 5_000, consecutiveNacks: 0 }, 1_500).size).toBe(3_000);
    expect(after({ size: 64, consecutiveNacks: 0 }, 3, afterNack).size).toBe(8);
    expect(after(newPushWindow, 50, afterNack).size).toBe(1);
  });
});

describe('the back-off', () => {
  it('grows from 100 ms to a minute with nacks in a row, and ends with an ack', () => {
    const rests = [1, 2, 3, 11, 99].map((nacks) => pushBackoffMs({ size: 1, consecutiveNacks: nacks }));
    expect(rests).toEqual([100, 200, 400, 60_000, 60_000]);
    expect(pushBackoffMs(afterAck({ size: 1, consecutiveNacks: 5 }, 20))).toBe(0);
  });

  it('follows the subscription’s retry policy for each message', () => {
    const policy = { minRetryDelayMs: 10_000, maxRetryDelayMs: 600_000 };
    expect([1, 2, 3, 20].map((attempts) => retryDelayMs(attempts, policy))).toEqual([
      10_000, 20_000, 40_000, 600_000,
    ]);
  });
});

describe('isAck', () => {
  it('knows the five codes that acknowledge', () => {
    expect([102, 200, 201, 202, 204].every(isAck)).toBe(true);
    expect([100, 203, 206, 301, 400, 401, 429, 500, 503].some(isAck)).toBe(false);
  });
});
