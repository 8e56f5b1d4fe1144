import {
  daysAMonth,
  gib,
  priced,
  type Assumptions,
  type DeliveryMode,
  type PricedLine,
  type Prices,
} from '#prices';
import type { Delivery } from './delivery.js';
import { eventsAMonth, lineBytesOf, type Workload } from './workload.js';

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
