import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { priceOfLambda, priceOfObjectPerMessage, priceOfUnpackedFirehose } from './alternatives.js';
import { assumptionsOf, readPriceList, type PricedLine } from '#prices';
import type { Bill } from './bill.js';
import { compare, type Comparison } from './comparison.js';
import { priceOfFloodgate } from './floodgate-bill.js';
import { priceOfGoogle } from './google-bill.js';
import type { Workload } from './workload.js';

const list = readPriceList();
const { prices } = list;
const assumptions = assumptionsOf(list);
const billion: Workload = {
  ...{ eventsPerDay: 1e9, eventBytes: 1_536, lineBytes: 1_536, tenants: 500, skew: 0, flushSeconds: 300 },
  ...{ outageHours: 1, retentionDays: 0 },
};

const workloads = fc.record({
  eventsPerDay: fc.double({ min: 1, max: 1e11, noNaN: true }),
  eventBytes: fc.integer({ min: 100, max: 20_000 }),
  tenants: fc.integer({ min: 1, max: 200 }),
  skew: fc.constantFrom(0, 1),
  flushSeconds: fc.integer({ min: 60, max: 900 }),
  outageHours: fc.integer({ min: 0, max: 24 }),
  retentionDays: fc.integer({ min: 0, max: 400 }),
});

function billsOf({ floodgate, alternatives, google }: Comparison): Bill[] {
  return [...floodgate, ...alternatives, google];
}

/** What an item is charged a month, in all its tiers. */
function charged(lines: readonly PricedLine[], item: string): number {
  const own = lines.filter((line) => line.item === item);
  expect(own.length).toBeGreaterThan(0);
  return own.reduce((sum, { monthly }) => sum + monthly, 0);
}

describe('priceOfFloodgate', () => {
  const patient = { ...assumptions, lingerMs: 120_000 };
  const bill = priceOfFloodgate(billion, 'dynamic-partitioning', prices, patient);

  it('pays 1,249 dollars a month for a billion events a day in full records', () => {
    // 60 million records x 150.5 steps x 5,120 B = 43,058 GiB x 0.029
    expect(charged(bill.delivery, 'Firehose ingestion')).toBeCloseTo(1_248.69, 1);
    expect(charged(bill.delivery, 'Firehose partitioning')).toBeCloseTo(858.31, 2);
  });

  it('pays for each object its fee, its request, its notification and its being read', () => {
    // 4.32 million objects, two queues
    expect(charged(bill.delivery, 'Firehose partitioned objects')).toBeCloseTo(21.6, 6);
    expect(charged(bill.delivery, 'S3 PUT')).toBeCloseTo(21.6, 6);
    expect(charged(bill.delivery, 'S3 GET by the detection engine')).toBeCloseTo(1.728, 6);
    expect(charged(bill.delivery, 'SNS notifications')).toBeCloseTo(2.16, 6);
    expect(charged(bill.delivery, 'SQS receive and delete')).toBeCloseTo(0.6912, 6);
  });

  it('runs on one busy core, which the least replicas outnumber', () => {
    const quiet = { ...assumptions, minimumVcpus: 0, cpuSecondsPerMillion: 86.4 };
    const { running } = priceOfFloodgate(billion, 'dynamic-partitioning', prices, quiet);
    // 86,400 CPU-seconds a day / 0.65 = 1.5385 vCPUs x 720 h x 0.04048
    expect(charged(running, 'Compute')).toBeCloseTo(44.84, 2);
    expect(charged(bill.running, 'Compute')).toBeCloseTo(6.4 * 720 * 0.04048, 6);
  });

  it('buys as many Redis nodes as an outage and the memory for duplicates take', () => {
    const outage = { ...billion, outageHours: 6 };
    const { running } = priceOfFloodgate(outage, 'dynamic-partitioning', prices, assumptions);
    // 41.67 million an hour x (6 x 350 + 24 x 9.1) B / 0.6 = 150 GiB: 5 nodes of 32 GiB, twice
    expect(charged(running, 'Redis')).toBeCloseTo(10 * 720 * 0.2142, 6);
  });

  it('shows what a NAT gateway would take of the base64 on its way', () => {
    const nat = bill.instead.find(({ name }) => name.includes('NAT'));
    // 42,915 GiB x 4/3 x 0.045, beside two gateways
    expect(charged(nat?.lines ?? [], 'NAT gateways, bytes')).toBeCloseTo(2_574.92, 2);
    expect(nat?.more).toBeCloseTo(2_574.92 + 64.8 - 572.2 - 14.4, 1);
  });

  it('stores what gzip leaves of the days that are kept', () => {
    const kept = { ...billion, retentionDays: 30 };
    const { delivery } = priceOfFloodgate(kept, 'dynamic-partitioning', prices, assumptions);
    expect(charged(delivery, 'S3 storage')).toBeCloseTo(42_915.34 * 0.15 * 0.023, 1);
  });

  it('has no partitioning to pay for when each tenant has a stream', () => {
    const { delivery } = priceOfFloodgate(billion, 'stream-per-tenant', prices, patient);
    expect(delivery.filter(({ item }) => /partition|jq/.test(item))).toEqual([]);
    // 46.08 TB x 0.15 in gzip are 6,437 GiB: about a seventh
    expect(charged(delivery, 'Firehose ingestion')).toBeGreaterThan(186);
    expect(charged(delivery, 'Firehose ingestion')).toBeLessThan(192);
  });
});

describe('the alternatives', () => {
  it('pays Lambda 7,250 dollars for each message alone, and 27,030 more for a gateway in front', () => {
    const bill = priceOfLambda(billion, prices, assumptions);
    expect(bill.monthly).toBeCloseTo(7_250, 1);
    expect(bill.instead[0]?.more).toBeCloseTo(27_030, 6);
  });

  it('pays 179,400 dollars for an object for each message, told to one queue', () => {
    const bill = priceOfObjectPerMessage(billion, prices, { ...assumptions, queuesNotified: 1 });
    expect(bill.monthly).toBeCloseTo(179_400, 6);
  });

  it('pays Firehose 4,148 dollars for records of one message each', () => {
    const bill = priceOfUnpackedFirehose(billion, prices, assumptions);
    expect(charged(bill.delivery, 'Firehose ingestion')).toBeCloseTo(4_148.48, 2);
  });

  it('provisions Kinesis and Kafka for the peak', () => {
    const [, , , kinesis, kafka] = compare(billion, list).alternatives;
    // 16.95 MiB/s x 3 = 50.9: 51 shards of 1 MiB/s, 3 brokers
    expect(charged(kinesis?.delivery ?? [], 'Kinesis shards')).toBeCloseTo(51 * 720 * 0.015, 6);
    expect(charged(kinesis?.delivery ?? [], 'Firehose from Kinesis')).toBeCloseTo(1_244.54, 2);
    expect(charged(kafka?.delivery ?? [], 'Kafka brokers')).toBeCloseTo(453.6, 6);
    expect(charged(kafka?.delivery ?? [], 'Firehose from Kafka')).toBeCloseTo(2_360.34, 2);
  });
});

describe('priceOfGoogle', () => {
  it('charges each customer for publishing and pushing, and for the way out', () => {
    const one = { ...billion, eventsPerDay: 1e6, tenants: 1 };
    const { delivery } = priceOfGoogle(one, prices, assumptions);
    // 30 million x 1,650 B, twice = 92.2 GiB, 10 of them free; 30 million x 3,498 B = 97.7 GiB
    expect(charged(delivery, 'Pub/Sub publish and push')).toBeCloseTo(((92.2 - 10) / 1_024) * 40, 2);
    expect(charged(delivery, 'Transfer out of Google')).toBeCloseTo(97.73 * 0.12, 2);
  });

  it('counts a small message as 1,000 bytes', () => {
    const small = { ...billion, eventBytes: 100, tenants: 1 };
    const { delivery } = priceOfGoogle(small, prices, assumptions);
    const throughput = delivery.filter(({ item }) => item.startsWith('Pub/Sub'));
    const all = throughput.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(all).toBeCloseTo((2 * 30e9 * 1_000) / 2 ** 30, 3);
  });
});

describe('compare', () => {
  it('makes every sum of the lines that it shows', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        for (const { delivery, running, ...bill } of billsOf(compare(workload, list))) {
          for (const { quantity, per, price, monthly } of [...delivery, ...running]) {
            expect(monthly).toBe((quantity / per) * price);
            expect(quantity).toBeGreaterThan(0);
          }
          const sum = [...delivery, ...running].reduce((total, { monthly }) => total + monthly, 0);
          expect(Math.abs(bill.monthly - sum)).toBeLessThanOrEqual(sum * 1e-12);
          expect(bill.monthly).toBe(bill.deliveryMonthly + bill.runningMonthly);
        }
      }),
    );
  });

  it('never makes more events cheaper', () => {
    fc.assert(
      fc.property(workloads, fc.double({ min: 1, max: 1_000, noNaN: true }), (workload, times) => {
        const fewer = billsOf(compare(workload, list));
        const more = billsOf(compare({ ...workload, eventsPerDay: workload.eventsPerDay * times }, list));
        fewer.forEach((bill, index) => {
          expect((more[index]?.monthly ?? 0) * (1 + 1e-9)).toBeGreaterThanOrEqual(bill.monthly);
        });
      }),
    );
  });

  it('never makes longer lingering dearer for lines that fill no more than half a step', () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 500, max: 60_000 }), (workload, lingerMs) => {
        const small = { ...workload, lineBytes: 100 + (workload.eventBytes % 2_400) };
        const usual = compare(small, list);
        const patient = compare(small, list, { assumptions: { lingerMs } });
        usual.floodgate.forEach(({ monthly }, index) => {
          expect(patient.floodgate[index]?.monthly).toBeLessThanOrEqual(monthly * (1 + 1e-9));
        });
      }),
    );
  });

  it('never makes longer intervals dearer, nor gzip, but for what it leaves in S3', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        const usual = compare({ ...workload, retentionDays: 0 }, list).floodgate;
        const seldom = compare({ ...workload, retentionDays: 0, flushSeconds: 900 }, list).floodgate;
        usual.forEach(({ monthly }, index) => {
          expect(seldom[index]?.monthly).toBeLessThanOrEqual(monthly * (1 + 1e-9));
        });
        expect(usual[1]?.monthly).toBeLessThanOrEqual((usual[0]?.monthly ?? 0) * (1 + 1e-9));
      }),
    );
  });

  it('prices only the modes that are asked for, and takes assumptions in place of the list', () => {
    const { floodgate, assumptions: used } = compare(billion, list, {
      modes: ['stream-per-tenant'],
      assumptions: { cpuSecondsPerMillion: 1_000_000 },
    });
    expect(floodgate.map(({ name }) => name)).toEqual(['Floodgate, stream-per-tenant']);
    expect(used.cpuSecondsPerMillion).toBe(1_000_000);
    expect(charged(floodgate[0]?.running ?? [], 'Compute')).toBeGreaterThan(100_000);
  });
});
