/** Stable codes of job-level failures. Expected outcomes of single events are values, not errors. */
export const errorCodes = {
  redis_unavailable: 'Redis did not answer in time, or refused the command.',
  sink_unavailable: 'Firehose failed or did not answer; what is owed is sent again.',
  sink_throttled: 'Firehose asked to slow down; what is owed is sent again later.',
  foreign_lines: 'A tenant’s own stream was given lines of another; the job is kept, and nothing was sent.',
  sink_refused: 'Firehose refuses a line of the quarantine for good; the job is kept for inspection.',
  duplicate_contested: 'A batch in work holds the same message; this one waits to see what becomes of it.',
  corrupt_batch: 'A batch does not match its checksum or count; the job is kept for inspection.',
  invalid_job: 'A job does not match its contract; the job is kept for inspection.',
  no_handler: 'A job carries a pattern that this app does not handle; the job is kept.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

abstract class FloodgateError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = new.target.name;
  }
}

/** The same input may succeed later: retry with back-off. */
export class TransientError extends FloodgateError {}

/** The other side named its limit: retry, but not before `retryAfterMs`. */
export class ThrottledError extends FloodgateError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly retryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** The same input always fails: never retry, keep and show. */
export class PermanentError extends FloodgateError {}
