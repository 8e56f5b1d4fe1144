import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { billsOfDay } from './day-bill.js';
import { deliveryModes, type Usage } from './landing-prices.js';
import { readPriceList } from './price-list.js';

const list = readPriceList();
const gib = 2 ** 30;
const usage: Usage = { lines: 3.6e9, bytes: 1_000 * gib, billedBytes: 1_024 * gib, objects: 2_000_000 };

describe('billsOfDay', () => {
  it('shows each part with its arithmetic', () => {
    const { total } = billsOfDay(new Map([['acme', usage]]), list, 'dynamic-partitioning');
    const dollars = Object.fromEntries(total.parts.map(({ item, dollars }) => [item, dollars]));
    expect(dollars['Firehose ingestion']).toBeCloseTo(1_024 * 0.029, 9);
    expect(dollars['Firehose partitioning']).toBeCloseTo(1_000 * 0.02, 9);
    expect(dollars['Firehose partitioned objects']).toBeCloseTo(2_000 * 0.005, 9);
    expect(dollars['S3 PUT']).toBeCloseTo(2_000 * 0.005, 9);
    expect(dollars['SNS notifications']).toBeCloseTo(2 * 0.5, 9);
    for (const { quantity, per, price, dollars } of total.parts) {
      expect(dollars).toBe((quantity / per) * price);
    }
    expect(total.dollars).toBe(total.parts.reduce((sum, { dollars }) => sum + dollars, 0));
  });

  it('leaves partitioning out where nothing is partitioned', () => {
    const { total } = billsOfDay(new Map([['acme', usage]]), list, 'stream-per-tenant');
    expect(total.parts.filter(({ item }) => item.includes('partition'))).toEqual([]);
  });

  it('charges all tenants the same for a unit, when only together they reach a cheaper tier', () => {
    // 40,000 GiB a day are 1.2 million a month: 512,000 at 0.029 and 688,000 at 0.025.
    const half = { ...usage, billedBytes: 20_000 * gib };
    const { total, tenants } = billsOfDay(
      new Map([
        ['acme', half],
        ['beta', half],
      ]),
      list,
      'dynamic-partitioning',
    );
    const ingestion = total.parts.find(({ item }) => item === 'Firehose ingestion');
    expect(ingestion?.dollars).toBeCloseTo((512_000 * 0.029 + 688_000 * 0.025) / 30, 6);
    expect(tenants.get('acme')?.dollars).toBeCloseTo(total.dollars / 2, 6);
  });

  it("has tenants' dollars add up to the total, and nothing for nothing", () => {
    const whole = (max: number) => fc.integer({ min: 0, max });
    const any = fc.record({
      ...{ lines: whole(1e10), bytes: whole(1e15), billedBytes: whole(1e15), objects: whole(1e7) },
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), any, { maxKeys: 20 }),
        fc.constantFrom(...deliveryModes),
        (usages, mode) => {
          const { total, tenants } = billsOfDay(new Map(Object.entries(usages)), list, mode);
          const sum = [...tenants.values()].reduce((all, { dollars }) => all + dollars, 0);
          expect(Math.abs(sum - total.dollars)).toBeLessThanOrEqual(1e-9 * total.dollars);
          expect(total.dollars === 0).toBe(total.parts.length === 0);
        },
      ),
    );
  });
});
