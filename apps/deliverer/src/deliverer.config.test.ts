import { expect, it } from '@jest/globals';
import { loadConfig } from '#config';
import { delivererConfig } from './deliverer.config.js';

it('says at once what a mode needs and what else is wrong', () => {
  const problems = (environment: Record<string, string>) => {
    try {
      loadConfig(delivererConfig, environment);
    } catch (error) {
      return String(error).split('\n').slice(1);
    }
    return [];
  };
  expect(problems({})).toEqual(['  REDIS_URL: is not set', '  FIREHOSE_STREAMS: is not set']);
  expect(problems({ REDIS_URL: 'redis://a', DELIVERY_MODE: 'stream-per-tenant' })).toEqual([
    '  FIREHOSE_ROLE_ARN: is not set',
    '  FIREHOSE_BUCKET_ARN: is not set',
  ]);
  expect(problems({ REDIS_URL: 'redis://a', FIREHOSE_STREAMS: 'a,b' })).toEqual([]);
});
