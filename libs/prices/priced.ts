import type { Price } from './price-list.js';

/** One line of a bill: quantity / per x price = monthly. */
export type PricedLine = {
  item: string;
  quantity: number;
  unit: string;
  price: number;
  per: number;
  monthly: number;
};

export function sumOf(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, { monthly }) => sum + monthly, 0);
}

/** A line for each tier of the price that a month's quantity reaches. */
export function priced(item: string, quantity: number, price: Price): PricedLine[] {
  return pricedByAccount(item, [{ accounts: 1, quantity }], price);
}

/** The same for many accounts, each of which goes through the tiers by itself. */
export function pricedByAccount(
  item: string,
  shares: readonly { accounts: number; quantity: number }[],
  { per, unit, tiers }: Price,
): PricedLine[] {
  let from = 0;
  const lines: PricedLine[] = [];
  for (const { price, upTo = Infinity } of tiers) {
    const tierFrom = from;
    const quantity = shares.reduce(
      (sum, share) => sum + share.accounts * Math.max(0, Math.min(share.quantity, upTo) - tierFrom),
      0,
    );
    from = upTo;
    if (quantity > 0) lines.push({ item, quantity, unit, price, per, monthly: (quantity / per) * price });
  }
  return lines;
}
