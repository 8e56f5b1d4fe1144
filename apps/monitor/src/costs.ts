import { billsOfDay, type DayBill, type DeliveryMode, type PriceList } from '#prices';
import type { Taken } from '#contracts';
import type { LandedOnDay } from './landed-objects.js';

/** What the books and the landed objects hold of one UTC day, by tenant. */
export type DayUsage = {
  day: string;
  taken: ReadonlyMap<string, Taken>;
  landed: ReadonlyMap<string, LandedOnDay>;
};

export type CostOptions = { list: PriceList; mode: DeliveryMode; isLandingWatched: boolean };

type Cost = DayBill & { objectBytes: number };

/** What each tenant's delivery costs by day, at list prices. Days are UTC. */
export type Costs = {
  prices: { date: string; region: string; currency: string };
  mode: DeliveryMode;
  /** False when landing is not watched: then there are no objects to price. */
  areObjectsCounted: boolean;
  leavesOut: string[];
  days: {
    day: string;
    isOver: boolean;
    /** Of all tenants, whichever were asked for. */
    total: Cost;
    tenants: (Cost & { tenantId: string })[];
  }[];
};

const leavesOut = [
  'storage in S3',
  'compute, Redis, load balancer and network, which no tenant causes alone: see `floodgate cost`',
  "objects of errors, which are no tenant's",
  'discounts, free tiers and taxes',
];

/** Prices days; of tenants only the one asked for, if any is. */
export function costsOf(
  days: readonly DayUsage[],
  today: string,
  { list, mode, isLandingWatched }: CostOptions,
  tenantAsked?: string,
): Costs {
  const { date, region, currency } = list;
  return {
    prices: { date, region, currency },
    mode,
    areObjectsCounted: isLandingWatched,
    leavesOut,
    days: days.map(({ day, taken, landed }) => {
      const tenantIds = [...new Set([...taken.keys(), ...landed.keys()])].sort();
      const usages = tenantIds.map((id) => {
        const { lines, bytes, billedBytes } = taken.get(id) ?? nothingTaken;
        return [id, { lines, bytes, billedBytes, objects: landed.get(id)?.objects ?? 0 }] as const;
      });
      const { total, tenants } = billsOfDay(new Map(usages), list, mode);
      const objectBytes = [...landed.values()].reduce((sum, { bytes }) => sum + bytes, 0);
      return {
        day,
        isOver: day < today,
        total: { ...total, objectBytes },
        tenants: [...tenants]
          .filter(([tenantId]) => tenantAsked === undefined || tenantId === tenantAsked)
          .map(([tenantId, bill]) => ({
            tenantId,
            ...bill,
            objectBytes: landed.get(tenantId)?.bytes ?? 0,
          })),
      };
    }),
  };
}

const nothingTaken: Taken = { lines: 0, bytes: 0, billedBytes: 0 };
