/** How long to wait before the next attempt after `failures` in a row; `random` is in [0, 1). */
export function retryDelayMs(failures: number, random: number): number {
  const boundMs = Math.min(10_000, 100 * 2 ** Math.min(failures, 20));
  return Math.ceil(random * boundMs);
}

/** Calls in flight that a stream bears: one more after each success, half after "Slow down.". */
export function nextWindow(window: number, throttled: boolean, most: number): number {
  return throttled ? Math.max(1, Math.floor(window / 2)) : Math.min(most, window + 1);
}
