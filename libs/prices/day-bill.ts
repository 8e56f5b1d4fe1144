import { priceOfDelivery, type DeliveryMode, type Usage } from './landing-prices.js';
import { assumptionsOf, type PriceList } from './price-list.js';
import { sumOf, type PricedLine } from './priced.js';
import { daysAMonth } from './units.js';

/** quantity / per x price = dollars. The price is what the tiers come to for all tenants together. */
export type PricedPart = {
  item: string;
  quantity: number;
  unit: string;
  price: number;
  per: number;
  dollars: number;
};

export type DayBill = { usage: Usage; parts: PricedPart[]; dollars: number };

/**
 * Prices a day at the tiers of a month of such days, as `floodgate cost` does. An account's tiers belong to
 * no tenant, so all pay the same for a unit, and the tenants' dollars add up to the total.
 */
export function billsOfDay(
  usages: ReadonlyMap<string, Usage>,
  list: PriceList,
  mode: DeliveryMode,
): { total: DayBill; tenants: Map<string, DayBill> } {
  const linesOf = (usage: Usage) => priceOfDelivery(monthOf(usage), mode, list.prices, assumptionsOf(list));
  const all = sumOfUsages([...usages.values()]);
  const allLines = linesOf(all);
  const prices = new Map(
    [...byItem(allLines)].map(([item, lines]) => [item, (sumOf(lines) / quantityOf(lines)) * perOf(lines)]),
  );
  const billOf = (usage: Usage, lines: readonly PricedLine[]): DayBill => {
    const parts = [...byItem(lines)].map(([item, tiers]): PricedPart => {
      const quantity = quantityOf(tiers) / daysAMonth;
      const [price, per] = [prices.get(item) ?? 0, perOf(tiers)];
      return { item, quantity, unit: tiers[0]?.unit ?? '', price, per, dollars: (quantity / per) * price };
    });
    return { usage, parts, dollars: parts.reduce((sum, { dollars }) => sum + dollars, 0) };
  };
  const tenants = [...usages].map(([id, usage]) => [id, billOf(usage, linesOf(usage))] as const);
  return { total: billOf(all, allLines), tenants: new Map(tenants) };
}

function monthOf({ lines, bytes, billedBytes, objects }: Usage): Usage {
  return {
    lines: lines * daysAMonth,
    bytes: bytes * daysAMonth,
    billedBytes: billedBytes * daysAMonth,
    objects: objects * daysAMonth,
  };
}

function sumOfUsages(usages: readonly Usage[]): Usage {
  const sum = { lines: 0, bytes: 0, billedBytes: 0, objects: 0 };
  for (const { lines, bytes, billedBytes, objects } of usages) {
    sum.lines += lines;
    sum.bytes += bytes;
    sum.billedBytes += billedBytes;
    sum.objects += objects;
  }
  return sum;
}

function byItem(lines: readonly PricedLine[]): Map<string, PricedLine[]> {
  return Map.groupBy(lines, ({ item }) => item);
}

function quantityOf(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

function perOf(lines: readonly PricedLine[]): number {
  return lines[0]?.per ?? 1;
}
