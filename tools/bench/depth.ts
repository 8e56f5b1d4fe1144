import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Platform, type AppName } from '#tools/local-platform';
import { layBacklog } from './backlog.js';
import { connectTenants, drive } from './drive.js';
import { acknowledgedOf, defaultWarmUpMs, untilDelivered } from './pipeline.js';
import { appUsage, redisUsage } from './usage.js';

export type DepthFigures = {
  events: number;
  /** Redis's memory for one event that waits, by what it waits for. */
  bytesPerEvent: { enricher: number; firehose: number };
  eventsPerBatch: number;
  /**
   * CPU for a million events: of the receiver and Redis for those that were pushed while the backlog grew by
   * each part of it, then of the enricher and Redis while each part was understood.
   */
  cpuSecondsPerMillion: { growing: number[]; understood: number[] };
};

export type DepthOptions = {
  events: number;
  /** How many of them are pushed; the others are put into Redis in batches like the receiver's. */
  pushed: number;
  ratePerSecond: number;
  tenants: number;
  zipf: number;
  /** How many parts of the backlog are told apart; tenths by default. */
  parts?: number;
  /** Pushes before the measured time, so that code is compiled and pages are there. */
  warmUpMs?: number;
};

const unlimited = String(2 ** 50);

/**
 * Lets events pile up: first as they come, with the enricher away, then understood, with Firehose away.
 * What the second figure holds of the memory for duplicates would be there without an outage, too.
 */
export async function benchDepth(options: DepthOptions): Promise<DepthFigures> {
  const { parts = 10 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'floodgate-bench-'));
  const platform = await Platform.start({
    ports: 'free',
    redisUrl: undefined,
    logDirectory: folder,
    objectIntervalMs: 60_000,
    environment: { QUEUES_MAX_BYTES: unlimited, PARTITIONED_MAX_BYTES: unlimited },
  });
  const waiting = (queue: string) => platform.control.llen(`{${queue}-0}:${queue}:wait`);
  const used = async () => (await redisUsage(platform.control)).usedBytes;
  try {
    const targets = await connectTenants(platform, options.tenants, options.zipf);
    const load = {
      ...{ url: platform.urls.receiver, targets, connections: 512, ratePerSecond: options.ratePerSecond },
      durationMs: (options.pushed * 1_000) / options.ratePerSecond / parts,
    };
    const seed = Date.now() % 1_000_000;
    const warmUp = await drive({ ...load, seed, durationMs: options.warmUpMs ?? defaultWarmUpMs });
    await untilDelivered(platform, acknowledgedOf(warmUp));
    await Promise.all([platform.app('enricher').stop(), platform.app('deliverer').stop()]);
    const before = await used();
    const laid = Math.max(0, Math.round((options.events - options.pushed) / parts));
    const growing: number[] = [];
    let events = 0;
    for (let part = 1; part <= parts; part += 1) {
      await layBacklog(platform.redis.url, targets, laid, seed + 2 * part);
      const spent = await cpuSeconds(platform, 'receiver');
      const taken = acknowledgedOf(await drive({ ...load, seed: seed + 2 * part + 1 }));
      growing.push((((await cpuSeconds(platform, 'receiver')) - spent) * 1_000_000) / taken);
      events += laid + taken;
    }
    const asTheyCame = await used();
    const batches = await waiting('received');
    await platform.app('enricher').start();
    const understood: number[] = [];
    for (let part = 1; part <= parts; part += 1) {
      const spent = await cpuSeconds(platform, 'enricher');
      const done = await waiting('partitioned');
      while ((await waiting('partitioned')) < (batches * part) / parts) await wait(100);
      const share = ((await waiting('partitioned')) - done) / batches;
      understood.push((((await cpuSeconds(platform, 'enricher')) - spent) * 1_000_000) / (share * events));
    }
    const whenUnderstood = await used();
    await platform.app('deliverer').start();
    return {
      events,
      bytesPerEvent: {
        enricher: (asTheyCame - before) / events,
        firehose: (whenUnderstood - before) / events,
      },
      eventsPerBatch: events / batches,
      cpuSecondsPerMillion: { growing, understood },
    };
  } finally {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function cpuSeconds(platform: Platform, app: AppName): Promise<number> {
  const [of, redis] = await Promise.all([appUsage([platform.app(app)]), redisUsage(platform.control)]);
  return of.cpuSeconds + redis.cpuSeconds;
}

/** How long an outage may last for each GiB that Redis has to spare. */
export function hoursPerGiB(bytesPerEvent: number, eventsPerSecond: number): number {
  return 2 ** 30 / bytesPerEvent / eventsPerSecond / 3_600;
}
