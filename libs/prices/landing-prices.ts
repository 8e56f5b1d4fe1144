import type { Assumptions, Prices } from './price-list.js';
import { priced, type PricedLine } from './priced.js';
import { gib } from './units.js';

export const deliveryModes = ['dynamic-partitioning', 'stream-per-tenant'] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

/** What Firehose was given, what it bills for that, and the objects that it made of it. */
export type Usage = { lines: number; bytes: number; billedBytes: number; objects: number };

/** A month's delivery, from an event in hand to an object that its reader has been told of; without storage. */
export function priceOfDelivery(
  usage: Usage,
  mode: DeliveryMode,
  prices: Prices,
  assumptions: Assumptions,
): PricedLine[] {
  return [
    ...priceOfIngestion(usage, prices),
    ...(mode === 'dynamic-partitioning' ? priceOfPartitioning(usage, prices, assumptions) : []),
    ...priceOfObjects(usage.objects, prices, assumptions),
  ];
}

export function priceOfIngestion({ billedBytes }: Pick<Usage, 'billedBytes'>, prices: Prices): PricedLine[] {
  return priced('Firehose ingestion', billedBytes / gib, prices.firehoseIngestion);
}

/** Dynamic partitioning: its bytes, its objects, and jq on every line. */
export function priceOfPartitioning(
  { lines, bytes, objects }: Pick<Usage, 'lines' | 'bytes' | 'objects'>,
  prices: Prices,
  { jqMicrosecondsPerLine }: Assumptions,
): PricedLine[] {
  const jqHours = (lines * jqMicrosecondsPerLine) / 1e6 / 3_600;
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
