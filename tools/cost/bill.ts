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

/** Where a quantity comes from. */
export type Basis = { name: string; how: string; value: number; unit: string };

/** What some lines of a bill would be if they were done another way. */
export type Instead = { name: string; lines: PricedLine[]; more: number };

export type Bill = {
  name: string;
  basis: Basis[];
  /** From an event in hand to an object that its reader has been told of. */
  delivery: PricedLine[];
  /** What it runs on, and how events get there. Nobody else's is priced. */
  running: PricedLine[];
  instead: Instead[];
  deliveryMonthly: number;
  runningMonthly: number;
  monthly: number;
};

export function billOf(
  name: string,
  parts: { basis?: Basis[]; delivery: PricedLine[]; running?: PricedLine[]; instead?: Instead[] },
): Bill {
  const { basis = [], delivery, running = [], instead = [] } = parts;
  const deliveryMonthly = sumOf(delivery);
  const runningMonthly = sumOf(running);
  const monthly = deliveryMonthly + runningMonthly;
  return { name, basis, delivery, running, instead, deliveryMonthly, runningMonthly, monthly };
}

export function insteadOf(name: string, before: readonly PricedLine[], lines: PricedLine[]): Instead {
  return { name, lines, more: sumOf(lines) - sumOf(before) };
}

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
