import type { BookBalance } from '#ledger';
import type { LandedTotals } from './landed-objects.js';

/** What is remembered of a tenant from one look to the next. */
export type Landing = {
  delivered: number;
  lastLandedAtMs: number;
  /** Since when delivered events wait for an object; absent while none do. */
  awaitingSinceMs?: number | undefined;
};

/**
 * Follows each tenant from delivery to landing: a delivery starts a wait, and any object that lands
 * afterwards ends it.
 */
export function followLanding(
  before: ReadonlyMap<string, Landing>,
  books: readonly BookBalance[],
  landed: ReadonlyMap<string, LandedTotals>,
  nowMs: number,
): Map<string, Landing> {
  const delivered = new Map<string, number>();
  for (const row of books) {
    const soFar = delivered.get(row.tenantId) ?? 0;
    delivered.set(row.tenantId, soFar + row.delivered + row.quarantined);
  }
  return new Map(
    [...delivered].map(([tenantId, count]) => {
      const known = before.get(tenantId);
      const lastLandedAtMs = landed.get(tenantId)?.lastAtMs ?? 0;
      const isDelivering = known !== undefined && count > known.delivered;
      const hasLanded = known !== undefined && lastLandedAtMs > known.lastLandedAtMs;
      const waiting = hasLanded ? undefined : known?.awaitingSinceMs;
      const awaitingSinceMs = waiting ?? (isDelivering ? nowMs : undefined);
      return [tenantId, { delivered: count, lastLandedAtMs, awaitingSinceMs }];
    }),
  );
}
