import { Controller, Inject } from '@nestjs/common';
import type { WriteOptions } from '#audit-log';
import {
  partitionedBatch,
  receivedBatch,
  receivedHeader,
  seal,
  ThrottledError,
  unseal,
  type JobPayload,
} from '#contracts';
import { DuplicateFilter } from '#dedupe';
import { Ledger } from '#ledger';
import { Handles, JobPublisher } from '#queue-transport';
import { EnricherMetrics } from './enricher-metrics.js';
import { decidedRows, eventsOf, partition } from './partition.js';
import { understand, type BatchEvent } from './understand.js';

export const understanding = Symbol('understanding');

/**
 * A `received` job completes when every event of it is durable in a `partitioned` job, or was a
 * duplicate. Events are marked as seen only after that, so that no failure in between loses one.
 */
@Controller()
export class BatchController {
  constructor(
    private readonly duplicates: DuplicateFilter,
    private readonly publisher: JobPublisher,
    private readonly ledger: Ledger,
    private readonly metrics: EnricherMetrics,
    @Inject(understanding) private readonly understanding: WriteOptions,
  ) {}

  @Handles(receivedBatch)
  async enrich(batch: JobPayload<typeof receivedBatch>): Promise<void> {
    const { header, payloads } = await unseal(batch, receivedHeader);
    const events = eventsOf(header, payloads);
    const known = events.filter(hasIdentity);
    const claimed = await this.claim(batch.batchId, events, known);
    if (claimed !== 'handed-on') {
      // Not knowing whether this is a retry, its own marks would look like duplicates: nothing is dropped.
      if (!claimed) this.metrics.dedupeSkipped.inc(events.length);
      await this.handOn(batch.batchId, events, claimed ?? []);
    }
    await this.ifRemembered(this.duplicates.mark(batch.batchId, known), undefined);
  }

  private async handOn(batchId: string, events: BatchEvent[], repeated: readonly boolean[]): Promise<void> {
    const settled = decidedRows(events, repeated);
    const fresh = events.filter((_, index) => repeated[index] !== true);
    const outcomes = understand(fresh, this.understanding);
    this.metrics.understood(outcomes);
    this.metrics.duplicates.inc(events.length - fresh.length);
    if (fresh.length === 0) {
      await this.ledger.settle(batchId, settled);
      return;
    }
    const segments = partition(outcomes);
    const header = { segments: segments.map(({ bytes: _, ...segment }) => segment) };
    const sealed = await seal(
      batchId,
      header,
      segments.map(({ bytes }) => bytes),
    );
    await this.publisher.publish(partitionedBatch, { ...sealed, settled });
  }

  /**
   * Tells which events are duplicates, unless the batch was handed on before; `undefined` when the store is away.
   * @throws ThrottledError while a batch in work holds the same message
   */
  private async claim(
    batchId: string,
    events: BatchEvent[],
    known: BatchEvent[],
  ): Promise<boolean[] | 'handed-on' | undefined> {
    const found = await this.ifRemembered(this.duplicates.claim(batchId, known), undefined);
    if (found === 'contested') {
      this.metrics.contested.inc();
      throw new ThrottledError(
        'duplicate_contested',
        'another batch has one of these messages',
        retryAfterMs(),
      );
    }
    if (!found || found === 'handed-on') return found;
    const repeated = new Set(known.filter((_, index) => found[index]));
    return events.map((event) => repeated.has(event));
  }

  /** Duplicate suppression is a courtesy: when its store is away, everything is delivered. */
  private async ifRemembered<Value>(work: Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await work;
    } catch {
      this.metrics.dedupeErrors.inc();
      return otherwise;
    }
  }
}

/** A batch is in work for tens of milliseconds; those that wait for it do not return all at once. */
function retryAfterMs(): number {
  return 50 + Math.random() * 100;
}

/** A push whose id could not be read is like no other. */
function hasIdentity(event: BatchEvent): boolean {
  return event.messageId !== '';
}
