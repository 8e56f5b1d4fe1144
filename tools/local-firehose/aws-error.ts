/** An error as Firehose answers it: `__type` and message, 4xx for the caller's faults. */
export class AwsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = type;
  }
}

export const invalidArgument = (message: string) => new AwsError('InvalidArgumentException', message);

/** The text that AWS's own validation answers with. */
export function constraintError(value: string, at: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`,
  );
}

export const slowDown = () => new AwsError('ServiceUnavailableException', 'Slow down.', 500);
