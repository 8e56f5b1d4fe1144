import type { PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';

/**
 * What became of one call:
 * - `answered`: Firehose spoke about each record; `owed` are the positions it did not take.
 * - `failed`: nothing is known to be taken. After a time-out it may have been all the same.
 * - `refused`: something in the call is wrong for good, and nothing of it was taken.
 * - `closed`: nothing was sent, for the stream is not there yet.
 */
export type PutReport =
  | { kind: 'answered'; owed: number[]; throttled: boolean; codes: string[] }
  | { kind: 'failed'; throttled: boolean; cause: unknown }
  | { kind: 'refused'; cause: unknown }
  | { kind: 'closed' };

const throttles = new Set([
  'ServiceUnavailableException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
]);
const refusals = new Set(['ValidationException', 'InvalidArgumentException', 'SerializationException']);

/** Reads an answer by position: a 200 may carry failures, and only those are owed. */
export function answeredReport(answer: PutRecordBatchCommandOutput, records: number): PutReport {
  const responses = answer.RequestResponses ?? [];
  if (responses.length !== records) {
    return { kind: 'failed', throttled: false, cause: new Error('the answer does not cover every record') };
  }
  const codes = responses.map(
    ({ ErrorCode, RecordId }) => ErrorCode ?? (RecordId === undefined ? 'NoRecordId' : ''),
  );
  return {
    kind: 'answered',
    owed: codes.flatMap((code, position) => (code === '' ? [] : [position])),
    throttled: codes.some((code) => throttles.has(code)),
    codes: codes.filter((code) => code !== ''),
  };
}

/** Reads an error of the whole call. Every error but a validation error may pass, and is retried. */
export function failedReport(error: unknown): PutReport {
  const name = error instanceof Error ? error.name : '';
  if (refusals.has(name)) return { kind: 'refused', cause: error };
  return { kind: 'failed', throttled: throttles.has(name), cause: error };
}
