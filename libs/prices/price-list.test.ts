import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { doubtsOf, ownPriceList, readPriceList, type PriceList } from './price-list.js';

describe('readPriceList', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'floodgate-prices-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function fileOf(change: (list: PriceList) => void): string {
    const list = JSON.parse(readFileSync(ownPriceList, 'utf8')) as PriceList;
    change(list);
    const file = join(folder, 'prices.json');
    writeFileSync(file, JSON.stringify(list));
    return file;
  }

  it('reads the own list, which is dated and says where each price is from', () => {
    const { date, region, prices, assumptions } = readPriceList();
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(region).toBe('us-east-1');
    for (const { source } of Object.values(prices)) expect(source).toMatch(/^https:\/\//);
    for (const { source } of Object.values(assumptions)) expect(source).not.toBe('');
  });

  it('reads a list of other prices in the same form', () => {
    const file = fileOf(({ prices }) => {
      prices.s3Puts.tiers = [{ price: 0.006 }];
    });
    expect(readPriceList(file).prices.s3Puts.tiers).toEqual([{ price: 0.006 }]);
  });

  it('names every problem of a list at once', () => {
    const file = fileOf(({ prices, assumptions }) => {
      prices.s3Puts.tiers = [{ price: -1 }];
      prices.sqsRequests.tiers = [{ price: 1, upTo: 9 }, { price: 1, upTo: 9 }, { price: 1 }];
      prices.natData.unit = 'TiB' as 'GiB';
      assumptions.sqsBatch.value = 11;
      Object.assign(prices, { s3puts: prices.s3Gets });
    });
    const read = () => readPriceList(file);
    expect(read).toThrow(`${file} is no price list`);
    expect(read).toThrow('prices.s3Puts.tiers.0.price: ');
    expect(read).toThrow('prices.sqsRequests.tiers: upTo must rise from tier to tier');
    expect(read).toThrow('prices.natData.unit: ');
    expect(read).toThrow('assumptions.sqsBatch.value: ');
    expect(read).toThrow('"s3puts"');
  });

  it('asks for a last tier without an end', () => {
    const file = fileOf(({ prices }) => {
      prices.s3Puts.tiers = [{ price: 1, upTo: 9 }];
    });
    expect(() => readPriceList(file)).toThrow('the last must not have it');
  });

  it('says which file is none', () => {
    const file = join(folder, 'missing.json');
    expect(() => readPriceList(file)).toThrow(`${file} cannot be read as JSON`);
    writeFileSync(file, '{');
    expect(() => readPriceList(file)).toThrow(`${file} cannot be read as JSON`);
  });
});

describe('doubtsOf', () => {
  it('names what is not verified, and nothing else', () => {
    const list = readPriceList();
    const doubts = doubtsOf(list);
    expect(doubts).toContain('googleEgress');
    expect(doubts).toContain('jqMicrosecondsPerLine');
    expect(doubts).not.toContain('firehoseIngestion');
  });
});
