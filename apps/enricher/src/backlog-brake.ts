import { setTimeout as wait } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { partitionedBatch } from '#contracts';
import type { BullTransport, QueueInspector } from '#queue-transport';
import type { EnricherMetrics } from './enricher-metrics.js';

const everyMs = 500;
/** Holding ends this far below where it began, so that it does not flicker. */
const endsAt = 0.5;

/** Whether to hold, when so many bytes wait behind us. */
export function holds(isHolding: boolean, waitingBytes: number, maxBytes: number): boolean {
  return waitingBytes > (isHolding ? endsAt * maxBytes : maxBytes);
}

/**
 * Takes no more batches while the deliverer is far behind. As it came, a batch needs half of the memory
 * that it needs once it is understood: an outage of Firehose may last twice as long.
 */
export class BacklogBrake implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();
  private isHolding = false;

  constructor(
    private readonly queues: QueueInspector,
    private readonly transport: Pick<BullTransport, 'hold'>,
    private readonly metrics: EnricherMetrics,
    private readonly maxBytes: number,
  ) {}

  onApplicationBootstrap(): void {
    this.looking = this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.queues.close();
    await this.looking;
  }

  private async look(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.judge();
      } catch {
        // With Redis away there is nothing to take either; what was last known stays.
      }
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async judge(): Promise<void> {
    const depths = await this.queues.inspect();
    const waitingBytes = depths
      .filter(({ queue }) => queue === partitionedBatch.queue)
      .reduce((sum, depth) => sum + depth.waitingBytes, 0);
    this.isHolding = holds(this.isHolding, waitingBytes, this.maxBytes);
    this.metrics.held.set(this.isHolding ? 1 : 0);
    await this.transport.hold(this.isHolding);
  }
}
