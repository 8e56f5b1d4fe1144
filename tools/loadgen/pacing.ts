/** Says when the next request is to be sent: the intended time, or undefined when none is due. */
export type Pace = { next: (nowMs: number) => number | undefined; due: (nowMs: number) => number };

/** As fast as answers come back: a request is always due until the end. */
export function closedLoop(endMs: number): Pace {
  return {
    next: (nowMs) => (nowMs < endMs ? nowMs : undefined),
    due: () => 0,
  };
}

/**
 * A fixed rate whatever the answers do. Requests that could not be sent in time keep their intended
 * time, so that latencies measured from it hold the wait in front of a slow server as well.
 */
export function openLoop(startMs: number, endMs: number, ratePerSecond: number): Pace {
  const intervalMs = 1000 / ratePerSecond;
  const total = Math.ceil((endMs - startMs) / intervalMs);
  let taken = 0;
  const due = (nowMs: number) =>
    Math.max(0, Math.min(total, Math.floor((nowMs - startMs) / intervalMs) + 1) - taken);
  return {
    next: (nowMs) => (due(nowMs) > 0 ? startMs + taken++ * intervalMs : undefined),
    due,
  };
}
