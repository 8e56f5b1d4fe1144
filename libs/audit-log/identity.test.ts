import { describe, expect, it } from '@jest/globals';
import { eventId, logTypeOf } from './identity.js';

const entry = {
  logName: 'organizations/1/logs/cloudaudit.googleapis.com%2Factivity',
  timestamp: '2026-02-03T04:05:06.123456789Z',
  insertId: 'abc',
};
const bytes = Buffer.from('{}');
const id = eventId('acme', entry, bytes);

describe('eventId', () => {
  it('is 128 bits in hex and does not depend on how the entry was written', () => {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(eventId('acme', entry, Buffer.from('{ }'))).toBe(id);
  });

  it.each([
    ['tenant', eventId('acme2', entry, bytes)],
    ['log', eventId('acme', { ...entry, logName: 'x' }, bytes)],
    ['nanosecond', eventId('acme', { ...entry, timestamp: '2026-02-03T04:05:06.123456788Z' }, bytes)],
    ['insertId', eventId('acme', { ...entry, insertId: 'abd' }, bytes)],
    [
      'part of a split entry',
      eventId('acme', { ...entry, split: { uid: 'u', index: 1, totalSplits: 2 } }, bytes),
    ],
  ])('differs with the %s', (_, other) => {
    expect(other).not.toBe(id);
  });

  it('tells entries without an insertId apart by their bytes', () => {
    const { insertId: _, ...nameless } = entry;
    expect(eventId('acme', nameless, Buffer.from('{"a":1}'))).not.toBe(
      eventId('acme', nameless, Buffer.from('{"a":2}')),
    );
    expect(eventId('acme', nameless, bytes)).toBe(eventId('acme', nameless, bytes));
  });

  it('does not confuse a missing insertId with one of the same text', () => {
    const { insertId: _, ...nameless } = entry;
    expect(eventId('acme', { ...entry, insertId: 'null' }, bytes)).not.toBe(eventId('acme', nameless, bytes));
  });
});

describe('logTypeOf', () => {
  it.each([
    ['projects/p/logs/cloudaudit.googleapis.com%2Factivity', 'activity'],
    ['folders/1/logs/cloudaudit.googleapis.com%2fdata_access', 'data_access'],
    ['organizations/1/logs/cloudaudit.googleapis.com/system_event', 'system_event'],
    ['projects/p/logs/cloudaudit.googleapis.com%2Fpolicy', 'policy'],
    ['projects/p/logs/cloudaudit.googleapis.com%2Faccess_transparency', 'access_transparency'],
    ['projects/p/logs/cloudaudit.googleapis.com%2Fnew_kind', 'other'],
    ['projects/p/logs/stdout', 'other'],
  ])('reads %s as %s', (logName, type) => {
    expect(logTypeOf({ logName })).toBe(type);
  });

  it('takes a logName of a wrong type for another log', () => {
    expect(logTypeOf({ logName: 7 })).toBe('other');
  });
});
