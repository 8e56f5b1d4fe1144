import { Controller, Inject } from '@nestjs/common';
import {
  PermanentError,
  ThrottledError,
  TransientError,
  partitionedBatch,
  partitionedHeader,
  seal,
  unseal,
  type BookRow,
  type JobPayload,
} from '#contracts';
import { Ledger, bookDayOf } from '#ledger';
import { Handles, backoffMs, type JobContext } from '#queue-transport';
import type { Delivered } from './commit-books.js';
import type { Segment } from './pack-records.js';
import type { StreamDelivery } from './stream-delivery.js';

/** The lane that a segment's lines go on. */
export type Lanes = (segment: Segment) => Pick<StreamDelivery, 'deliver'>;
export const lanes = Symbol('lanes');

/**
 * A `partitioned` job completes when Firehose has taken all its lines, or their stand-ins for the
 * quarantine, and the books are posted. What is owed is kept in the job, and only that is retried.
 */
@Controller()
export class BatchController {
  constructor(
    @Inject(lanes) private readonly laneOf: Lanes,
    private readonly ledger: Ledger,
  ) {}

  @Handles(partitionedBatch)
  async deliver(batch: JobPayload<typeof partitionedBatch>, context: JobContext): Promise<void> {
    const { header, payloads } = await unseal(batch, partitionedHeader);
    const segments = header.segments.map((segment, index) => ({
      ...segment,
      bytes: payloads[index] ?? Buffer.alloc(0),
    }));
    const outcomes = await Promise.all(segments.map((segment) => this.laneOf(segment).deliver(segment)));
    const day = bookDayOf(Date.now());
    const settled = [
      ...batch.settled,
      ...outcomes.flatMap((outcome, index) => rowOf(outcome, segments[index], day)),
    ];
    const owed = outcomes.flatMap((outcome) => outcome.owed ?? []);
    if (owed.length > 0) {
      const kept = owed.length < segments.length || outcomes.some(madeProgress);
      if (kept) await context.keep({ ...(await reseal(batch.batchId, owed)), settled });
      throw retryOf(outcomes, context.deliveries);
    }
    await this.ledger.settle(batch.batchId, settled);
  }
}

/** The row that an outcome adds to the books, if it adds anything. Firehose bills by when it takes. */
function rowOf(outcome: Delivered, segment: Segment | undefined, day: string): BookRow[] {
  if (!segment || !madeProgress(outcome)) return [];
  const { tenantId, connectionId, hour } = segment;
  const { delivered, quarantined, taken } = outcome;
  const counts = { received: 0, delivered, duplicate: 0, quarantined };
  return [{ tenantId, connectionId, hour, ...counts, taken: { day, ...taken } }];
}

function madeProgress({ delivered, quarantined, taken }: Delivered): boolean {
  return delivered + quarantined + taken.lines > 0;
}

async function reseal(batchId: string, segments: Segment[]) {
  const headers = segments.map(({ bytes: _, ...header }) => header);
  return seal(
    batchId,
    { segments: headers },
    segments.map(({ bytes }) => bytes),
  );
}

function retryOf(outcomes: readonly Delivered[], deliveries: number): Error {
  if (outcomes.some(({ stuck }) => stuck)) {
    return new PermanentError('sink_refused', 'Firehose refuses a line of the quarantine');
  }
  if (outcomes.some(({ throttled }) => throttled)) {
    return new ThrottledError(
      'sink_throttled',
      'Firehose asks to slow down',
      backoffMs(deliveries, Math.random()),
    );
  }
  return new TransientError('sink_unavailable', 'Firehose did not take every line');
}
