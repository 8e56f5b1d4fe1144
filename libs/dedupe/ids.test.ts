import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isInt64, memberOf, reversed, spreadOf } from './ids.js';
import { argumentsOf, familiesOf } from './keys.js';

describe('isInt64', () => {
  it.each([
    ['0', true],
    ['9223372036854775807', true],
    ['9223372036854775808', false],
    ['007', false],
    ['-1', false],
    ['', false],
    ['99999999999999999999', false],
  ])('of %j is %s', (id, expected) => {
    expect(isInt64(id)).toBe(expected);
  });
});

describe('spreadOf', () => {
  const most = (ids: readonly string[], buckets: number) => {
    const counts = new Map<number, number>();
    for (const id of ids) {
      const bucket = spreadOf(id, 'int') % buckets;
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    return Math.max(...counts.values());
  };

  it.each([1n, 7n, 1_024n, 65_536n, 2n ** 20n])('fills 16 buckets evenly with ids %d apart', (gap) => {
    const ids = Array.from({ length: 65_536 }, (_, index) =>
      String(2_070_443_601_311_540n + BigInt(index) * gap),
    );
    expect(most(ids, 16)).toBeLessThan(1.1 * (ids.length / 16));
  });
});

describe('reversed', () => {
  it('puts ids of one bucket next to each other, be there 4 buckets, 16 or more', () => {
    const id = fc.oneof(fc.bigInt(0n, 2n ** 63n - 1n), fc.bigInt(0n, 9_999n));
    fc.assert(
      fc.property(fc.array(id.map(String), { minLength: 1 }), fc.nat(8), (ids, power) => {
        const buckets = 4 ** power;
        const keys = ids.map((messageId) => ({ connectionId: 'one', messageId, publishTime: '' }));
        const entries = familiesOf(keys, 1)[0]?.slices[0]?.entries ?? [];
        const visits = entries
          .map(({ spread }) => spread % buckets)
          .filter((bucket, index, all) => bucket !== all[index - 1]);
        expect(new Set(visits).size).toBe(visits.length);
        expect(entries.map(({ position }) => position).sort((one, other) => one - other)).toEqual([
          ...ids.keys(),
        ]);
      }),
    );
  });

  it('undoes itself', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (bits) => {
        expect(reversed(reversed(bits))).toBe(bits);
      }),
    );
  });
});

describe('memberOf', () => {
  it('is the same for the same message, and another on another connection', () => {
    expect(memberOf('1', memberOf('one'))).toBe(memberOf('1', memberOf('one')));
    expect(memberOf('1', memberOf('one'))).not.toBe(memberOf('1', memberOf('two')));
  });
});

describe('argumentsOf', () => {
  it('tells a slice with the runs of its ids, and then the ids', () => {
    const keys = ['5', '1024', '6'].map((messageId) => ({
      connectionId: 'one',
      messageId,
      publishTime: '2026-02-03T04:05:06Z',
    }));
    expect(familiesOf(keys, 1).map(argumentsOf)).toEqual([
      ['[["one","2026-02-03T04","int",[0,1],[2,1]]]', '5', '6', '1024'],
    ]);
  });
});
