import { describe, expect, it } from '@jest/globals';
import type { PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';
import { answeredReport, failedReport } from './put-report.js';

const answer = (...codes: (string | undefined)[]): PutRecordBatchCommandOutput => ({
  $metadata: {},
  FailedPutCount: codes.filter(Boolean).length,
  RequestResponses: codes.map((code) =>
    code === undefined ? { RecordId: 'r' } : { ErrorCode: code, ErrorMessage: 'm' },
  ),
});

const vendorError = (name: string) => Object.assign(new Error('from AWS'), { name });

describe('answeredReport', () => {
  it('owes exactly the positions that failed, whatever their code', () => {
    expect(answeredReport(answer(undefined, 'InternalFailure', undefined, 'NewCode'), 4)).toEqual({
      kind: 'answered',
      owed: [1, 3],
      throttled: false,
      codes: ['InternalFailure', 'NewCode'],
    });
  });

  it('hears "Slow down." in a record', () => {
    expect(answeredReport(answer('ServiceUnavailableException'), 1)).toMatchObject({
      owed: [0],
      throttled: true,
    });
  });

  it('believes no record that the answer does not name', () => {
    expect(answeredReport(answer(undefined), 2).kind).toBe('failed');
    const empty = answeredReport({ $metadata: {}, FailedPutCount: 0, RequestResponses: [{}] }, 1);
    expect(empty).toMatchObject({ owed: [0] });
  });
});

describe('failedReport', () => {
  it.each([
    ['ServiceUnavailableException', 'failed', true],
    ['ThrottlingException', 'failed', true],
    ['TimeoutError', 'failed', false],
    ['ResourceNotFoundException', 'failed', false],
    ['AccessDeniedException', 'failed', false],
    ['SomethingNew', 'failed', false],
  ])('retries %s', (name, kind, throttled) => {
    expect(failedReport(vendorError(name))).toMatchObject({ kind, throttled });
  });

  it.each(['ValidationException', 'InvalidArgumentException'])('does not retry %s as it is', (name) => {
    expect(failedReport(vendorError(name)).kind).toBe('refused');
  });
});
