import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rfc3339Ms } from './timestamps.js';

describe('an RFC 3339 time', () => {
  it('is the milliseconds that Date says, for every date that it can write', () => {
    const [min, max] = [new Date('0000-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')];
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        expect(rfc3339Ms(date.toISOString())).toBe(date.getTime());
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same whether or not the time before it was of the same minute', () => {
    const fractions = [
      '',
      '.',
      '.1',
      '.12',
      '.123',
      '.123456789',
      '.1x',
      '..1',
      '.-1',
      '.1Z',
      '.12 3',
      '.000',
    ];
    for (const colon of [':', '.', ''])
      for (const second of ['00', '07', '59', '60', '99', '5', '-1', ' 1', '1:', ''])
        for (const fraction of fractions)
          for (const zone of ['Z', 'z', '+00:00', '', 'ZZ', '-08:00']) {
            const time = `2026-02-03T04:05${colon}${second}${fraction}${zone}`;
            rfc3339Ms('2000-01-01T00:00:00Z');
            const alone = rfc3339Ms(time);
            rfc3339Ms('2026-02-03T04:05:59.9Z');
            expect([time, rfc3339Ms(time)]).toEqual([time, alone]);
          }
  });

  it.each([
    ['2026-02-03T04:05:06Z', Date.UTC(2026, 1, 3, 4, 5, 6)],
    ['2026-02-03T04:05:06.1Z', Date.UTC(2026, 1, 3, 4, 5, 6, 100)],
    ['2026-02-03T04:05:06.999999999Z', Date.UTC(2026, 1, 3, 4, 5, 6, 999)],
    ['2026-02-03t04:05:06.123456z', Date.UTC(2026, 1, 3, 4, 5, 6, 123)],
    ['2026-02-03T04:05:06.5+05:30', Date.UTC(2026, 1, 2, 22, 35, 6, 500)],
    ['2026-02-03T04:05:06-08:00', Date.UTC(2026, 1, 3, 12, 5, 6)],
    [`2026-02-03T04:05:06.${'1'.repeat(40)}Z`, Date.UTC(2026, 1, 3, 4, 5, 6, 111)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('%s', (text, ms) => {
    expect(rfc3339Ms(text)).toBe(ms);
  });

  it.each([
    '',
    'yesterday',
    '1',
    '2026',
    '2026-02-03',
    '2026-02-03T04:05:06',
    '2026-02-03T04:05:06.Z',
    '2026-02-03T04:05:06.123',
    '2026-02-03T04:05:06Zulu',
    '2026-02-03T04:05:06+0530',
    '2026-02-03T04:05:06+24:00',
    '2026-02-03 04:05:06.123Z',
    '2026-13-03T04:05:06Z',
    '2026-00-03T04:05:06Z',
    '2026-02-00T04:05:06Z',
    '2026-02-03T25:05:06Z',
    '2026-02-03T04:60:06Z',
    '2026-02-03T04:05:60Z',
    '+26-02-03T04:05:06.0Z',
  ])('is not %j', (text) => {
    expect(rfc3339Ms(text)).toBeUndefined();
  });
});
