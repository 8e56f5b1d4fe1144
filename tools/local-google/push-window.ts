/**
 * Pub/Sub's flow control for one push subscription, as its documentation describes it: requests in
 * flight grow exponentially while pushes succeed, linearly past 3,000, and shrink when they fail.
 */
export type PushWindow = { size: number; consecutiveNacks: number };

export const newPushWindow: PushWindow = { size: 4, consecutiveNacks: 0 };

const linearAbove = 3_000;
const slowAboveMs = 1_000;

/** One more for each success doubles the window in the time of one answer. */
export function afterAck({ size }: PushWindow, meanLatencyMs: number): PushWindow {
  if (meanLatencyMs > slowAboveMs) return { size: Math.min(size, linearAbove), consecutiveNacks: 0 };
  return { size: size < linearAbove ? size + 1 : size + 1 / size, consecutiveNacks: 0 };
}

export function afterNack({ size, consecutiveNacks }: PushWindow): PushWindow {
  return { size: Math.max(1, size / 2), consecutiveNacks: consecutiveNacks + 1 };
}

const minBackoffMs = 100;
const maxBackoffMs = 60_000;

/** How long the whole subscription rests after nacks in a row. */
export function pushBackoffMs({ consecutiveNacks }: PushWindow): number {
  return consecutiveNacks === 0
    ? 0
    : Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(consecutiveNacks - 1, 20));
}

/** The subscription's retry policy for one message, after its n-th failed attempt. */
export function retryDelayMs(
  attempts: number,
  policy: { minRetryDelayMs: number; maxRetryDelayMs: number },
): number {
  return Math.min(policy.maxRetryDelayMs, policy.minRetryDelayMs * 2 ** Math.min(attempts - 1, 20));
}

const acknowledging = new Set([102, 200, 201, 202, 204]);

/** Every other answer, and none, makes Google push the message again. */
export function isAck(status: number): boolean {
  return acknowledging.has(status);
}
