import { bookDayOf, type Ledger } from '#ledger';
import { costsOf, type CostOptions, type Costs } from './costs.js';
import type { LandedObjects } from './landed-objects.js';

const dayMs = 86_400_000;

/** Reads what Firehose took and what landed, and prices it. Nothing is kept here, so every replica says the same. */
export class CostBook {
  constructor(
    private readonly ledger: Ledger,
    private readonly landed: LandedObjects,
    private readonly options: CostOptions,
  ) {}

  /** The last days, today so far first; of one tenant, or of all. */
  async read(nowMs: number, days: number, tenantId?: string): Promise<Costs> {
    const usages = Array.from({ length: days }, async (_, ago) => {
      const day = bookDayOf(nowMs - ago * dayMs);
      const [taken, landed] = await Promise.all([this.ledger.taken(day), this.landed.onDay(day)]);
      return { day, taken, landed };
    });
    return costsOf(await Promise.all(usages), bookDayOf(nowMs), this.options, tenantId);
  }
}
