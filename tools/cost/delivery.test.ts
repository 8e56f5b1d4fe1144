import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { billingStepBytes } from '#contracts';
import { assumptionsOf, gib, readPriceList } from '#prices';
import { deliveryOf, objectsADay, packWindow, unpackedDelivery } from './delivery.js';
import type { Workload } from './workload.js';

const assumptions = assumptionsOf(readPriceList());
const billion: Workload = {
  ...{ eventsPerDay: 1e9, eventBytes: 1_536, lineBytes: 1_536, tenants: 500, skew: 0, flushSeconds: 300 },
  ...{ outageHours: 1, retentionDays: 0 },
};

describe('packWindow', () => {
  const linesOf = (lineBytes: number) => ({ maxLines: 500, bytesOf: (lines: number) => lines * lineBytes });

  it('puts a rare line into a record of its own', () => {
    const { records, bytes, steps } = packWindow(1e-6, linesOf(6_000));
    expect(records / 1e-6).toBeCloseTo(1, 5);
    expect(bytes / 1e-6).toBeCloseTo(6_000, 5);
    expect(steps / 1e-6).toBeCloseTo(2, 4);
  });

  it('counts windows with none, with one and with several lines as they come on average', () => {
    // Of one line a window: none comes in 0.3679, one in 0.3679, 2.3922 on average in the other 0.2642.
    const { records, bytes, steps } = packWindow(1, linesOf(5_000));
    expect(records).toBeCloseTo(0.632121, 6);
    expect(bytes).toBeCloseTo(5_000, 6);
    expect(steps).toBeCloseTo(0.367879 + 0.264241 * ((2.392211 * 5_000) / 5_120 + 0.5), 5);
  });

  it('fills records to the limit and starts the next', () => {
    const { records, bytes, steps } = packWindow(1_250, linesOf(1_536));
    expect(records).toBe(2.5);
    expect(bytes).toBe(1_250 * 1_536);
    expect(steps).toBe(2.5 * (150 + 0.5));
  });

  it('bills within an eighth of what whole lines of every number would be billed', () => {
    for (const lineBytes of [700, 1_672, 3_400]) {
      for (const lines of [0.1, 0.5, 1, 1.45, 3, 8, 20, 60]) {
        let [chance, steps] = [Math.exp(-lines), 0];
        for (let several = 1; several < 400; several += 1) {
          chance *= lines / several;
          steps += chance * Math.ceil((several * lineBytes) / billingStepBytes);
        }
        const error = packWindow(lines, linesOf(lineBytes)).steps / steps - 1;
        expect(Math.abs(error)).toBeLessThan(0.125);
      }
    }
  });
});

describe('objectsADay', () => {
  it('writes by age, by size when that comes sooner, and never an empty object', () => {
    expect(objectsADay(1e6, 0, 300, 128)).toBe(288);
    expect(objectsADay(1e6, 1_000 * 128 * 2 ** 20, 300, 128)).toBe(1_000);
    expect(objectsADay(7, 7_000, 300, 128)).toBe(7);
  });
});

describe('deliveryOf', () => {
  it('makes 4.32 million objects a month of 500 tenants and 300 seconds', () => {
    const { objects } = deliveryOf(billion, assumptions, 'dynamic-partitioning');
    expect(Math.round(objects)).toBe(4_320_000);
  });

  it('loses and invents no byte by packing', () => {
    const { bytes } = deliveryOf(billion, assumptions, 'dynamic-partitioning');
    expect(bytes / gib).toBeCloseTo(42_915.34, 2);
  });

  it('is billed hardly more than it holds when records are full', () => {
    const patient = { ...assumptions, lingerMs: 120_000 };
    const { records, bytes, billedBytes } = deliveryOf(billion, patient, 'dynamic-partitioning');
    expect(records).toBeCloseTo(30e9 / 500, 0);
    expect(billedBytes / bytes).toBeCloseTo(150.5 / 150, 6);
  });

  it('gzips to the measured share when a stream has one tenant', () => {
    const patient = { ...assumptions, lingerMs: 3_600_000 };
    const { bytes } = deliveryOf(billion, patient, 'stream-per-tenant');
    expect(bytes / (30e9 * 1_536)).toBeCloseTo(assumptions.gzipShare, 3);
  });

  it('never bills less than it is given, nor more than a step for each event and what the events hold', () => {
    fc.assert(
      fc.property(
        fc.record({
          eventsPerDay: fc.double({ min: 1, max: 1e11, noNaN: true }),
          lineBytes: fc.integer({ min: 100, max: 100_000 }),
          tenants: fc.integer({ min: 1, max: 300 }),
          skew: fc.constantFrom(0, 0.7, 1),
          mode: fc.constantFrom('dynamic-partitioning' as const, 'stream-per-tenant' as const),
        }),
        ({ mode, ...asked }) => {
          const { records, bytes, billedBytes, objects } = deliveryOf(
            { ...billion, ...asked },
            assumptions,
            mode,
          );
          const events = asked.eventsPerDay * 30;
          const slack = 1 + 1e-9;
          expect(billedBytes * slack).toBeGreaterThanOrEqual(bytes);
          expect(billedBytes).toBeLessThanOrEqual((bytes + records * billingStepBytes) * slack);
          expect(records).toBeLessThanOrEqual(events * slack);
          expect(objects).toBeLessThanOrEqual(records * slack);
        },
      ),
    );
  });
});

describe('unpackedDelivery', () => {
  it('is billed a step of 5 KiB for each small event', () => {
    const { billedBytes, bytes } = unpackedDelivery(billion, assumptions);
    expect(billedBytes / gib).toBeCloseTo(143_051.15, 2);
    expect(billedBytes / bytes).toBeCloseTo(5_120 / 1_536, 9);
  });
});
