import { priceOfAlternatives } from './alternatives.js';
import {
  assumptionsOf,
  deliveryModes,
  doubtsOf,
  type Assumptions,
  type DeliveryMode,
  type PriceList,
} from '#prices';
import type { Bill } from './bill.js';
import { priceOfFloodgate } from './floodgate-bill.js';
import { priceOfGoogle } from './google-bill.js';
import type { Workload } from './workload.js';

/** Everything that `floodgate cost` tells: our bill in each mode, and what others would be. */
export type Comparison = {
  workload: Workload;
  prices: { date: string; region: string; currency: string; doubts: string[] };
  assumptions: Assumptions;
  floodgate: Bill[];
  alternatives: Bill[];
  google: Bill;
};

export type ComparisonOptions = {
  modes?: readonly DeliveryMode[];
  /** In place of the price list's own. */
  assumptions?: Partial<Assumptions>;
};

export function compare(
  workload: Workload,
  list: PriceList,
  { modes = deliveryModes, assumptions: own = {} }: ComparisonOptions = {},
): Comparison {
  const { date, region, currency, prices } = list;
  const assumptions = { ...assumptionsOf(list), ...own };
  return {
    workload,
    prices: { date, region, currency, doubts: doubtsOf(list) },
    assumptions,
    floodgate: modes.map((mode) => priceOfFloodgate(workload, mode, prices, assumptions)),
    alternatives: priceOfAlternatives(workload, prices, assumptions),
    google: priceOfGoogle(workload, prices, assumptions),
  };
}
