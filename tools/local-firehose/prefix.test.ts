import { describe, expect, it } from '@jest/globals';
import { errorPrefix, objectPrefix, partitionOfKey } from '#contracts';
import { evaluatePrefix, formatJavaTime, hasPartitionKeys, isWellFormed, partitionKeysOf } from './prefix.js';

const arrivalMs = Date.UTC(2026, 1, 3, 4, 5, 6, 7);

describe('evaluatePrefix', () => {
  it('fills in our own prefixes', () => {
    const key = evaluatePrefix(objectPrefix, {
      arrivalMs,
      partitionKeys: { kind: 'events', tenant: 'acme' },
    });
    expect(key).toBe('events/tenant=acme/dt=2026-02-03/hour=04/');
    expect(partitionOfKey(key)).toEqual({ kind: 'events', tenantId: 'acme' });
    expect(evaluatePrefix(errorPrefix, { arrivalMs, errorOutputType: 'processing-failed' })).toBe(
      'errors/processing-failed/dt=2026-02-03/',
    );
  });

  it('appends the date where there is no expression, and no slash of its own', () => {
    expect(evaluatePrefix('', { arrivalMs })).toBe('2026/02/03/04/');
    expect(evaluatePrefix('logs-', { arrivalMs })).toBe('logs-2026/02/03/04/');
  });

  it('makes a fresh random string each time it is asked for', () => {
    const [first, second] = evaluatePrefix('!{firehose:random-string}/!{firehose:random-string}', {
      arrivalMs,
    }).split('/');
    expect(first).toHaveLength(11);
    expect(second).toHaveLength(11);
    expect(first).not.toBe(second);
  });

  it('refuses an evaluated prefix over 512 bytes', () => {
    const partitionKeys = { tenant: 'a'.repeat(600) };
    expect(() => evaluatePrefix('!{partitionKeyFromQuery:tenant}/', { arrivalMs, partitionKeys })).toThrow(
      '512',
    );
  });
});

describe('prefix expressions', () => {
  it('are read and checked', () => {
    expect(partitionKeysOf(objectPrefix)).toEqual(['kind', 'tenant']);
    expect(hasPartitionKeys(errorPrefix)).toBe(false);
    expect(isWellFormed(objectPrefix)).toBe(true);
    expect(isWellFormed('a/!{nonsense:x}/')).toBe(false);
    expect(isWellFormed('a/!{firehose:nonsense}/')).toBe(false);
  });

  it('know Java date patterns', () => {
    expect(formatJavaTime("yyyy-MM-dd'T'HH:mm:ss.SSS", arrivalMs)).toBe('2026-02-03T04:05:06.007');
    expect(() => formatJavaTime('YYYY', arrivalMs)).toThrow('Unknown date pattern');
  });
});
