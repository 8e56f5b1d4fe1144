import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assumptionsOf, billsOfDay, daysAMonth, deliveryModes, readPriceList, type Usage } from '#prices';
import { deliveryOf } from './delivery.js';
import { priceOfFloodgate } from './floodgate-bill.js';

const list = readPriceList();
const assumptions = assumptionsOf(list);

describe("the health API's bill of a day", () => {
  it('is what `floodgate cost` says of the same day, however it is spread over tenants', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e11, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(...deliveryModes),
        (eventsPerDay, tenants, mode) => {
          const workload = {
            ...{ eventsPerDay, eventBytes: 1_500, tenants, skew: 0, flushSeconds: 300 },
            ...{ outageHours: 1, retentionDays: 0 },
          };
          const month = deliveryOf(workload, assumptions, mode);
          const share = (of: number) => of / daysAMonth / tenants;
          const usage: Usage = {
            lines: share(month.lines),
            bytes: share(month.bytes),
            billedBytes: share(month.billedBytes),
            objects: share(month.objects),
          };
          const usages = Array.from({ length: tenants }, (_, n) => [`tenant-${String(n)}`, usage] as const);
          const { total } = billsOfDay(new Map(usages), list, mode);
          const asked = priceOfFloodgate(workload, mode, list.prices, assumptions);
          expect((total.dollars * daysAMonth) / asked.deliveryMonthly).toBeCloseTo(1, 9);
          for (const { item, dollars } of total.parts) {
            const lines = asked.delivery.filter((line) => line.item === item);
            const daily = lines.reduce((sum, { monthly }) => sum + monthly, 0) / daysAMonth;
            expect(Math.abs(dollars - daily)).toBeLessThanOrEqual(1e-9 * daily);
          }
        },
      ),
    );
  });
});
