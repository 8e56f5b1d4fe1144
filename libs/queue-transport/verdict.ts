import { PermanentError, ThrottledError, TransientError } from '#contracts';

/** What a failure means for the job in its queue. */
export type Verdict = { kind: 'fail' } | { kind: 'delay'; delayMs: number } | { kind: 'retry' };

/** Errors that nobody classified are bugs: worth some tries, but not for ever. */
const maxUnclassifiedAttempts = 20;

export function verdict(error: unknown, attemptsMade: number): Verdict {
  if (error instanceof PermanentError) return { kind: 'fail' };
  if (error instanceof ThrottledError) return { kind: 'delay', delayMs: error.retryAfterMs };
  if (error instanceof TransientError) return { kind: 'retry' };
  return attemptsMade + 1 < maxUnclassifiedAttempts ? { kind: 'retry' } : { kind: 'fail' };
}

const baseDelayMs = 200;
const maxDelayMs = 30_000;

/** Full jitter: any wait up to an exponentially growing bound. `random` is in [0, 1). */
export function backoffMs(attemptsMade: number, random: number): number {
  return Math.ceil(random * Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attemptsMade, 20)));
}
