import { priced, type PricedLine } from './bill.js';
import type { Delivery, DeliveryMode } from './delivery.js';
import type { Assumptions, Prices } from './price-list.js';
import { daysAMonth, eventsAMonth, gib, lineBytesOf, type Workload } from './workload.js';

export function priceOfIngestion(
  { billedBytes }: Pick<Delivery, 'billedBytes'>,
  prices: Prices,
): PricedLine[] {
  return priced('Firehose ingestion', billedBytes / gib, prices.firehoseIngestion);
}

/** Dynamic partitioning: its bytes, its objects, and jq on every line. */
export function priceOfPartitioning(
  workload: Workload,
  { bytes, objects }: Pick<Delivery, 'bytes' | 'objects'>,
  prices: Prices,
  { jqMicrosecondsPerLine }: Assumptions,
): PricedLine[] {
  const jqHours = (eventsAMonth(workload) * jqMicrosecondsPerLine) / 1e6 / 3_600;
  return [
    ...priced('Firehose partitioning', bytes / gib, prices.firehosePartitioning),
    ...priced('Firehose partitioned objects', objects, prices.firehosePartitionedObjects),
    ...priced('Firehose jq', jqHours, prices.firehoseJqHours),
  ];
}

/** What each object costs once it is written: its request, its notification, and being read. */
export function priceOfObjects(
  objects: number,
  prices: Prices,
  { queuesNotified, sqsBatch }: Assumptions,
): PricedLine[] {
  const deliveries = objects * queuesNotified;
  return [
    ...priced('S3 PUT', objects, prices.s3Puts),
    ...priced('S3 GET by the detection engine', objects, prices.s3Gets),
    ...priced('SNS notifications', objects, prices.snsPublishes),
    ...priced('SNS to SQS', deliveries, prices.snsToSqs),
    ...priced('SQS receive and delete', (2 * deliveries) / sqsBatch, prices.sqsRequests),
  ];
}

/** What lies in S3 once the retention has filled up, gzipped by Firehose or by us. */
export function priceOfStorage(
  workload: Workload,
  { bytes }: Delivery,
  mode: DeliveryMode,
  prices: Prices,
  assumptions: Assumptions,
): PricedLine[] {
  const byFirehose = eventsAMonth(workload) * lineBytesOf(workload, assumptions) * assumptions.gzipShare;
  const stored = (mode === 'stream-per-tenant' ? bytes : byFirehose) / gib;
  return priced('S3 storage', (stored * workload.retentionDays) / daysAMonth, prices.s3StorageMonths);
}
