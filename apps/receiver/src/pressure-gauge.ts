import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { QueueInspector } from '#queue-transport';
import type { Redis } from '#redis';
import type { Admission } from './admission.js';
import { greedyAbove, nextShedding, type Pressure } from './pressure.js';
import type { ReceiverMetrics } from './receiver-metrics.js';

export type PressureLimits = { queuesMaxBytes: number; backlogMaxMs: number; diskBytes: number };

const everyMs = 500;
const rewriteEveryMs = 30_000;

/** Looks at how full Redis and the queues are, and tells admission whom to shed. */
export class PressureGauge {
  private readonly logger = new Logger(PressureGauge.name);
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();
  private rewrittenMs = -rewriteEveryMs;

  constructor(
    private readonly redis: Redis,
    private readonly queues: QueueInspector,
    private readonly admission: Admission,
    private readonly metrics: ReceiverMetrics,
    private readonly limits: PressureLimits,
  ) {}

  start(): void {
    this.looking = this.look();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    this.queues.close();
  }

  private async look(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const pressure = await this.read();
        this.judge(pressure);
        await this.shrinkFile(pressure);
      } catch {
        // With Redis away pushes are refused anyway; what was last known stays.
        this.metrics.pressureErrors.inc();
      }
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private judge(pressure: Pressure): void {
    const before = this.admission.shedding;
    this.admission.shedding = nextShedding(before, pressure);
    this.metrics.pressed(pressure);
    if (before === this.admission.shedding) return;
    const shares = Object.entries(pressure).map(
      ([name, share]) => `${name} ${String(Math.round(share * 100))} %`,
    );
    this.logger.warn(`Sheds ${this.admission.shedding} now instead of ${before}: ${shares.join(', ')}.`);
  }

  /** Only a rewrite makes the file smaller, and by itself Redis waits until it has doubled. */
  private async shrinkFile({ disk }: Pressure): Promise<void> {
    const nowMs = performance.now();
    if (disk < greedyAbove || nowMs - this.rewrittenMs < rewriteEveryMs) return;
    this.rewrittenMs = nowMs;
    await this.redis.bgrewriteaof();
  }

  private async read(): Promise<Pressure> {
    const [info, depths] = await Promise.all([this.redis.info(), this.queues.inspect()]);
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    const maxMemory = field('maxmemory');
    const bytes = depths.reduce((sum, depth) => sum + depth.bytes, 0);
    const oldestMs = Math.max(0, ...depths.map(({ oldestAgeMs }) => oldestAgeMs ?? 0));
    return {
      memory: maxMemory === 0 ? 0 : field('used_memory') / maxMemory,
      queues: bytes / this.limits.queuesMaxBytes,
      age: oldestMs / this.limits.backlogMaxMs,
      disk: this.limits.diskBytes === 0 ? 0 : field('aof_current_size') / this.limits.diskBytes,
    };
  }
}
