import { describe, expect, it } from '@jest/globals';
import { readPriceList } from '#prices';
import { compare } from './comparison.js';
import { costTable } from './cost-table.js';

const comparison = compare(
  {
    ...{ eventsPerDay: 1e9, eventBytes: 1_500, tenants: 2_000, skew: 0, flushSeconds: 300 },
    ...{ outageHours: 1, retentionDays: 0 },
  },
  readPriceList(),
);
const lines = costTable(comparison).split('\n');

function number(text: string | undefined): number {
  return Number(text?.replaceAll(',', ''));
}

describe('costTable', () => {
  it('shows arithmetic that a reader can repeat', () => {
    const pattern =
      /^ {2}\S.*? {2,}([\d,.]+) {2}[A-Za-z -]+? +x +([\d.]+)(?: {2}per ([\d,]+))? +=? +([\d,.]+) +([\d,.]+)$/;
    const shown = lines.flatMap((line) => {
      const match = pattern.exec(line);
      return match ? [match.slice(1)] : [];
    });
    const { floodgate, alternatives, google } = comparison;
    const all = [...floodgate, ...alternatives, google].flatMap((bill) => [
      ...bill.delivery,
      ...bill.running,
    ]);
    expect(shown).toHaveLength(all.length);
    for (const [quantity, price, per, month, day] of shown) {
      const product = (number(quantity) / (per === undefined ? 1 : number(per))) * number(price);
      expect(Math.abs(product - number(month))).toBeLessThanOrEqual(0.01 + product * 0.005);
      expect(Math.abs(number(month) / 30 - number(day))).toBeLessThan(0.01);
    }
  });

  it('ends each row of a bill in the same column', () => {
    const start = lines.findIndex((line) => line.endsWith('$ a month  $ a day'));
    const end = lines.findIndex((line) => line.startsWith('  total'));
    const rows = lines.slice(start, end + 1);
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it('sets all of them against each other and names its doubts', () => {
    const summary = lines.slice(lines.findIndex((line) => line.startsWith('All of them')));
    for (const { name } of [...comparison.floodgate, ...comparison.alternatives, comparison.google]) {
      expect(summary.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
    }
    expect(summary.at(-1)).toContain('googleEgress');
  });
});
