import { sumOf, type PricedLine } from '#prices';

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
