import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Platform } from '#tools/local-platform';
import { connectTenants, drive } from './drive.js';
import { acknowledgedOf, defaultWarmUpMs, untilDelivered } from './pipeline.js';
import { appUsage, redisUsage } from './usage.js';

export type DepthFigures = {
  events: number;
  /** Redis's memory for one event that waits, by what it waits for. */
  bytesPerEvent: { enricher: number; firehose: number };
  eventsPerBatch: number;
  /** CPU of the receiver and Redis for a million events, while the backlog grew by each tenth of them. */
  cpuSecondsPerMillion: number[];
};

export type DepthOptions = { events: number; ratePerSecond: number; tenants: number; zipf: number };

const slices = 10;
const unlimited = String(2 ** 50);

/**
 * Lets events pile up: first as they come, with the enricher away, then understood, with Firehose away.
 * What the second figure holds of the memory for duplicates would be there without an outage, too.
 */
export async function benchDepth(options: DepthOptions): Promise<DepthFigures> {
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
      durationMs: (options.events * 1_000) / options.ratePerSecond / slices,
    };
    const seed = Date.now() % 1_000_000;
    const warmUp = await drive({ ...load, seed: seed + slices, durationMs: defaultWarmUpMs });
    await untilDelivered(platform, acknowledgedOf(warmUp));
    await Promise.all([platform.app('enricher').stop(), platform.app('deliverer').stop()]);
    const before = await used();
    const cpuSecondsPerMillion: number[] = [];
    let events = 0;
    for (let slice = 0; slice < slices; slice += 1) {
      const spent = await cpuSeconds(platform);
      const taken = acknowledgedOf(await drive({ ...load, seed: seed + slice }));
      events += taken;
      cpuSecondsPerMillion.push((((await cpuSeconds(platform)) - spent) * 1_000_000) / taken);
    }
    const asTheyCame = await used();
    const batches = await waiting('received');
    await platform.app('enricher').start();
    while ((await waiting('partitioned')) < batches) await wait(100);
    const understood = await used();
    await platform.app('deliverer').start();
    return {
      events,
      bytesPerEvent: { enricher: (asTheyCame - before) / events, firehose: (understood - before) / events },
      eventsPerBatch: events / batches,
      cpuSecondsPerMillion,
    };
  } finally {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function cpuSeconds(platform: Platform): Promise<number> {
  const [receiver, redis] = await Promise.all([
    appUsage([platform.app('receiver')]),
    redisUsage(platform.control),
  ]);
  return receiver.cpuSeconds + redis.cpuSeconds;
}

/** How long an outage may last for each GiB that Redis has to spare. */
export function hoursPerGiB(bytesPerEvent: number, eventsPerSecond: number): number {
  return 2 ** 30 / bytesPerEvent / eventsPerSecond / 3_600;
}
