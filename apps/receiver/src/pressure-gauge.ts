import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { QueueDepth, QueueInspector } from '#queue-transport';
import { mastersOf, type Redis } from '#redis';
import type { Admission } from './admission.js';
import { greedyAbove, nextShedding, type Pressure } from './pressure.js';
import type { ReceiverMetrics } from './receiver-metrics.js';

export type PressureLimits = { queuesMaxBytes: number; backlogMaxMs: number; diskBytes: number };

/** How full one server is, in shares of its maxmemory and of its disk. */
type Fullness = { server: Redis; memory: number; disk: number };

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
        const [servers, depths] = await Promise.all([this.servers(), this.queues.inspect()]);
        this.judge(this.pressureOf(servers, depths));
        await this.shrinkFiles(servers);
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

  /** Only a rewrite makes a file smaller, and by itself Redis waits until it has doubled. */
  private async shrinkFiles(servers: readonly Fullness[]): Promise<void> {
    const nowMs = performance.now();
    const full = servers.filter(({ disk }) => disk >= greedyAbove);
    if (full.length === 0 || nowMs - this.rewrittenMs < rewriteEveryMs) return;
    this.rewrittenMs = nowMs;
    await Promise.all(full.map(({ server }) => server.bgrewriteaof()));
  }

  private async servers(): Promise<Fullness[]> {
    const { diskBytes } = this.limits;
    const look = async (server: Redis) => {
      const info = await server.info();
      const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
      const maxMemory = field('maxmemory');
      return {
        server,
        memory: maxMemory === 0 ? 0 : field('used_memory') / maxMemory,
        disk: diskBytes === 0 ? 0 : field('aof_current_size') / diskBytes,
      };
    };
    return Promise.all((await mastersOf(this.redis)).map(look));
  }

  /** One full server stops what goes through it, so the fullest counts. */
  private pressureOf(servers: readonly Fullness[], depths: readonly QueueDepth[]): Pressure {
    const bytes = depths.reduce((sum, depth) => sum + depth.bytes, 0);
    const oldestMs = Math.max(0, ...depths.map(({ oldestAgeMs }) => oldestAgeMs ?? 0));
    return {
      memory: Math.max(0, ...servers.map(({ memory }) => memory)),
      queues: bytes / this.limits.queuesMaxBytes,
      age: oldestMs / this.limits.backlogMaxMs,
      disk: Math.max(0, ...servers.map(({ disk }) => disk)),
    };
  }
}
