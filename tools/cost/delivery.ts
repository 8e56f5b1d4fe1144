import { billedBytesOf, billingStepBytes, maxLinesPerRecord, maxRecordBytes } from '#contracts';
import { daysAMonth, type Assumptions, type DeliveryMode, type Usage } from '#prices';
import { eventsAMonth, lineBytesOf, secondsADay, tenantGroups, type Workload } from './workload.js';

/** What Firehose is given in a month, and the objects that it makes of it. */
export type Delivery = Usage & { records: number };

/** How many lines a record holds at most, and what so many lines of one record come to. */
export type Packing = { maxLines: number; bytesOf: (lines: number) => number };

/** What our own deliverer gives to Firehose. */
export function deliveryOf(workload: Workload, assumptions: Assumptions, mode: DeliveryMode): Delivery {
  const lineBytes = lineBytesOf(workload, assumptions);
  const packing = mode === 'stream-per-tenant' ? gzipped(lineBytes, assumptions) : plain(lineBytes);
  const windowsADay = (secondsADay * 1_000 * assumptions.deliverers) / assumptions.lingerMs;
  return sumOfTenants(workload, assumptions, (eventsADay) => {
    const { records, bytes, steps } = packWindow(eventsADay / windowsADay, packing);
    return {
      records: records * windowsADay,
      bytes: bytes * windowsADay,
      billedBytes: steps * windowsADay * billingStepBytes,
    };
  });
}

/** What a producer gives to Firehose that makes each event a record. */
export function unpackedDelivery(workload: Workload, assumptions: Assumptions): Delivery {
  const lineBytes = lineBytesOf(workload, assumptions);
  return sumOfTenants(workload, assumptions, (records) => {
    const billedBytes = records * billedBytesOf(lineBytes);
    return { records, bytes: records * lineBytes, billedBytes };
  });
}

/**
 * What becomes on average of one tenant's lines that arrive, independently of each other, while a deliverer
 * lingers. The step of a lone line is exact; of several lines, the last step is half full.
 */
export function packWindow(
  lines: number,
  { maxLines, bytesOf }: Packing,
): { records: number; bytes: number; steps: number } {
  const ofOneLine = Math.ceil(bytesOf(1) / billingStepBytes);
  const stepsOf = (several: number) => Math.max(ofOneLine, bytesOf(several) / billingStepBytes + 0.5);
  const any = -Math.expm1(-lines);
  if (lines >= any * maxLines) {
    const records = lines / maxLines;
    const steps = records * (maxLines === 1 ? ofOneLine : stepsOf(maxLines));
    return { records, bytes: records * bytesOf(maxLines), steps };
  }
  const one = lines * Math.exp(-lines);
  const more = any - one;
  if (more <= lines * 1e-9) return { records: lines, bytes: lines * bytesOf(1), steps: lines * ofOneLine };
  const several = (lines - one) / more;
  return {
    records: any,
    bytes: one * bytesOf(1) + more * bytesOf(several),
    steps: one * ofOneLine + more * stepsOf(several),
  };
}

function plain(lineBytes: number): Packing {
  const maxLines = Math.max(1, Math.min(maxLinesPerRecord, Math.floor(maxRecordBytes / lineBytes)));
  return { maxLines, bytesOf: (lines) => lines * lineBytes };
}

/** Without partitioning there is no de-aggregation, hence no limit of lines. */
function gzipped(lineBytes: number, { gzipShare, gzipFirstLineShare }: Assumptions): Packing {
  const maxLines = Math.max(1, Math.floor((maxRecordBytes / lineBytes - gzipFirstLineShare) / gzipShare));
  return {
    maxLines,
    bytesOf: (lines) => lineBytes * Math.min(lines, gzipShare * lines + gzipFirstLineShare),
  };
}

function sumOfTenants(
  workload: Workload,
  { bufferMiB }: Assumptions,
  ofTenant: (eventsPerDay: number) => Omit<Delivery, 'lines' | 'objects'>,
): Delivery {
  const sum = { lines: eventsAMonth(workload), records: 0, bytes: 0, billedBytes: 0, objects: 0 };
  for (const { tenants, eventsPerDay } of tenantGroups(workload)) {
    const { records, bytes, billedBytes } = ofTenant(eventsPerDay);
    const times = tenants * daysAMonth;
    sum.records += records * times;
    sum.bytes += bytes * times;
    sum.billedBytes += billedBytes * times;
    sum.objects += objectsADay(records, bytes, workload.flushSeconds, bufferMiB) * times;
  }
  return sum;
}

/** A buffer is written by age or by size, whichever comes first, and never without a record in it. */
export function objectsADay(records: number, bytes: number, flushSeconds: number, bufferMiB: number): number {
  return Math.min(records, Math.max(secondsADay / flushSeconds, bytes / (bufferMiB * 2 ** 20)));
}
