import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#contracts';
import { invalidRequest, problemOf } from './problems.js';

describe('problemOf', () => {
  it('names each wrong field by its path', () => {
    const issues = [
      { message: 'bad', path: ['google', { key: 'scopeId' }, 0] },
      { message: 'unknown key', path: undefined },
    ];
    expect(problemOf(invalidRequest(issues))).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [
        { path: 'google.scopeId.0', message: 'bad' },
        { path: '', message: 'unknown key' },
      ],
    });
  });

  it('tells a Redis that is away from a request that is wrong', () => {
    expect(problemOf(new TransientError('redis_unavailable', 'host 10.0.0.1 is away'))).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'redis_unavailable',
      detail: 'Redis did not answer; try again.',
    });
    expect(problemOf(new NotFoundException('nothing here'))).toMatchObject({
      status: 404,
      detail: 'nothing here',
    });
  });

  it('keeps what nobody foresaw to itself', () => {
    for (const error of [
      new Error('password=1'),
      'password=1',
      Object.assign(new Error('x'), { statusCode: 200 }),
    ]) {
      expect(problemOf(error)).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        code: 'internal',
      });
    }
  });
});
