import { billingStepBytes } from '#contracts';
import {
  daysAMonth,
  gib,
  priceOfDelivery,
  priceOfIngestion,
  type Assumptions,
  type DeliveryMode,
  type Prices,
} from '#prices';
import { billOf, insteadOf, type Basis, type Bill } from './bill.js';
import { deliveryOf, type Delivery } from './delivery.js';
import { count } from './numbers.js';
import { priceOfCompute, priceOfNetwork, priceOfRedis, priceOfWayToFirehose } from './running-prices.js';
import { priceOfStorage } from './storage-prices.js';
import { eventsAMonth, lineBytesOf, secondsADay, type Workload } from './workload.js';

/** Our own bill: what Firehose and what comes after it take, and what the apps run on. */
export function priceOfFloodgate(
  workload: Workload,
  mode: DeliveryMode,
  prices: Prices,
  assumptions: Assumptions,
): Bill {
  const delivery = deliveryOf(workload, assumptions, mode);
  const compute = priceOfCompute(workload, prices, assumptions);
  const redis = priceOfRedis(workload, prices, assumptions);
  const network = priceOfNetwork(workload, prices, assumptions);
  const way = priceOfWayToFirehose(delivery, prices, assumptions);
  const ingestion = priceOfIngestion(delivery, prices);
  const full = deliveryOf(workload, { ...assumptions, lingerMs: Number.MAX_SAFE_INTEGER }, mode);
  const running = [compute, redis, network, way];
  return billOf(`Floodgate, ${mode}`, {
    basis: [
      ...basisOfDelivery(workload, delivery, mode, assumptions),
      ...running.flatMap(({ basis }) => basis),
    ],
    delivery: [
      ...priceOfDelivery(delivery, mode, prices, assumptions),
      ...priceOfStorage(workload, delivery, mode, prices, assumptions),
    ],
    running: running.flatMap(({ lines }) => lines),
    instead: [
      insteadOf('ingestion with a longer linger and full records', ingestion, priceOfIngestion(full, prices)),
      way.nat,
    ],
  });
}

function basisOfDelivery(
  workload: Workload,
  { records, bytes, billedBytes, objects }: Delivery,
  mode: DeliveryMode,
  assumptions: Assumptions,
): Basis[] {
  const { eventsPerDay, tenants, skew, flushSeconds } = workload;
  const { deliverers, lingerMs, gzipShare, gzipFirstLineShare, bufferMiB } = assumptions;
  const events = eventsAMonth(workload);
  const lineBytes = lineBytesOf(workload, assumptions);
  const spread = skew === 0 ? '' : `, unlike by ${count(skew)}`;
  const gzip =
    mode === 'dynamic-partitioning'
      ? ''
      : `, gzipped to ${count(gzipShare)} of each and ${count(gzipFirstLineShare)} of one more`;
  return [
    {
      name: 'lines a record',
      how:
        `n / (1 - e^-n) of n = ${count(eventsPerDay / secondsADay)} a second / ${count(tenants)} tenants${spread} / ` +
        `${count(deliverers)} deliverers x ${count(lingerMs / 1_000)} s`,
      value: events / records,
      unit: '',
    },
    {
      name: 'given to Firehose',
      how: `${count(events)} lines of ${count(lineBytes)} B${gzip}`,
      value: bytes / gib,
      unit: 'GiB',
    },
    {
      name: 'billed by Firehose',
      how:
        `${count(records)} records x ${count(billedBytes / billingStepBytes / records)} steps of ` +
        `${count(billingStepBytes)} B, billed / real = ${(billedBytes / bytes).toFixed(2)}`,
      value: billedBytes / gib,
      unit: 'GiB',
    },
    {
      name: 'objects',
      how:
        `${count(tenants)} tenants x ${count((secondsADay / flushSeconds) * daysAMonth)} intervals, more when ` +
        `${count(bufferMiB)} MiB come sooner, fewer when no record comes`,
      value: objects,
      unit: '',
    },
  ];
}
