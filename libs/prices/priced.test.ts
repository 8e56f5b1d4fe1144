import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { priced, pricedByAccount, sumOf } from './priced.js';
import { readPriceList } from './price-list.js';

const { prices } = readPriceList();

describe('priced', () => {
  it('charges each tier of Firehose by its own price', () => {
    const lines = priced('ingestion', 600_000, prices.firehoseIngestion);
    expect(lines.map(({ quantity, price, monthly }) => [quantity, price, monthly])).toEqual([
      [512_000, 0.029, 14_848],
      [88_000, 0.025, 2_200],
    ]);
  });

  it('counts in the thousands and millions that a price is for', () => {
    expect(sumOf(priced('PUT', 21_600_000, prices.s3Puts))).toBeCloseTo(108, 9);
    expect(sumOf(priced('publish', 3_000_000, prices.snsPublishes))).toBeCloseTo(1.5, 9);
  });

  it('has no line for nothing', () => {
    expect(priced('storage', 0, prices.s3StorageMonths)).toEqual([]);
  });

  it('never loses a part of the quantity, and its arithmetic holds line by line', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (quantity) => {
        const lines = priced('ingestion', quantity, prices.firehoseIngestion);
        const all = lines.reduce((sum, line) => sum + line.quantity, 0);
        expect(Math.abs(all / quantity - 1)).toBeLessThan(1e-9);
        for (const line of lines) expect(line.monthly).toBe((line.quantity / line.per) * line.price);
      }),
    );
  });
});

describe('pricedByAccount', () => {
  it('gives each account its own free tier', () => {
    const lines = pricedByAccount(
      'Pub/Sub',
      [
        { accounts: 3, quantity: 4 },
        { accounts: 2, quantity: 1_034 },
      ],
      prices.pubsubThroughput,
    );
    expect(lines.map(({ quantity, monthly }) => [quantity, monthly])).toEqual([
      [3 * 4 + 2 * 10, 0],
      [2 * 1_024, 80],
    ]);
  });
});
