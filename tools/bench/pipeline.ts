import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { constants, gunzipSync } from 'node:zlib';
import { build } from 'hdr-histogram-js';
import type { DeliveryMode } from '#prices';
import { Platform, type AppName } from '#tools/local-platform';
import type { LoadOptions, LoadResult } from '#tools/loadgen';
import { connectTenants, drive } from './drive.js';
import { appUsage, metricsOf, redisUsage, type AppUsage } from './usage.js';

/** The apps on an event's path, in its order; Redis comes behind them. */
const pathApps = ['receiver', 'enricher', 'deliverer'] as const satisfies AppName[];
type Part = (typeof pathApps)[number] | 'redis';

export type PipelineFigures = {
  events: number;
  tenants: number;
  redisVersion: string;
  pushedPerSecond: number;
  landedPerSecond: number;
  answerMs: LoadResult['latencyMs'];
  /** From the receipt of an event until Firehose has taken it. */
  receiptToFirehoseMs: { p50: number; p99: number; max: number };
  /** CPU-seconds for a million events; `all` leaves out what is not Floodgate's. */
  cpuSecondsPerMillion: Record<Part | 'all', number>;
  /** The same of the load source and of the local AWS, which share the machine. */
  besides: { load: number; aws: number };
  peakMiB: Record<Part, number>;
  eventsPerBatch: number;
  firehose: { recordsPerMillion: number; callsPerMillion: number; billedPerByte: number };
  acknowledged: number;
  delivered: number;
};

export type PipelineOptions = {
  /** Pushes a second, whatever the answers do; as fast as they come without it. */
  ratePerSecond: number | undefined;
  durationMs: number;
  /** Pushes before the measured time, so that code is compiled and pages are there. */
  warmUpMs?: number;
  connections: number;
  tenants: number;
  /** Exponent of Zipf's law. */
  zipf: number;
  /** `DELIVERY_MODE` of the deliverer. */
  mode?: DeliveryMode | undefined;
  /** Where every app writes a V8 CPU profile when it ends. */
  profileFolder?: string | undefined;
  /** An own Redis is started without it. */
  redisUrl?: string;
  /** Shards of each queue. */
  shards?: number;
  /** Processes of each app on the path. */
  replicas?: number;
};

export const defaultWarmUpMs = 10_000;
/** What is not delivered this long after the last push is lost, as far as a benchmark can tell. */
const drainMs = 60_000;

/** Pushes at the whole pipeline, waits until all has been delivered, and tells what it took. */
export async function benchPipeline(options: PipelineOptions): Promise<PipelineFigures> {
  return withPipeline(options, async (platform) => {
    const targets = await connectTenants(platform, options.tenants, options.zipf);
    return measurePipeline(platform, targets, options);
  });
}

/** Runs the whole platform for as long as `use` needs it. */
export async function withPipeline<Value>(
  options: PipelineOptions,
  use: (platform: Platform) => Promise<Value>,
): Promise<Value> {
  const { profileFolder, mode = 'dynamic-partitioning', redisUrl, shards = 1, replicas = 1 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'floodgate-bench-'));
  const profile = `--cpu-prof --cpu-prof-dir=${profileFolder ?? ''}`;
  const platform = await Platform.start({
    ports: 'free',
    redisUrl,
    logDirectory: folder,
    objectIntervalMs: 60_000,
    replicas: { receiver: replicas, enricher: replicas, deliverer: replicas },
    environment: {
      DELIVERY_MODE: mode,
      QUEUE_SHARDS: String(shards),
      ...(profileFolder === undefined ? {} : { NODE_OPTIONS: profile }),
    },
  });
  try {
    return await use(platform);
  } finally {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function measurePipeline(
  platform: Platform,
  targets: LoadOptions['targets'],
  options: PipelineOptions,
): Promise<PipelineFigures> {
  const { ratePerSecond, connections, durationMs, tenants, warmUpMs = defaultWarmUpMs } = options;
  const url = platform.replicas('receiver').map((receiver) => receiver.url);
  const load = { url, targets, connections, seed: Date.now() % 1_000_000 };
  const paced = ratePerSecond === undefined ? load : { ...load, ratePerSecond };
  const atFirst = await deliveredBy(platform);
  const warmUp = await drive({ ...paced, durationMs: warmUpMs });
  await untilDelivered(platform, atFirst + acknowledgedOf(warmUp));

  const ages = watchAges(platform);
  const before = await snapshot(platform);
  const startedMs = performance.now();
  const result = await drive({ ...paced, seed: load.seed + 1, durationMs });
  const events = acknowledgedOf(result);
  await untilDelivered(platform, before.delivered + events);
  const seconds = (performance.now() - startedMs) / 1_000;
  const after = await snapshot(platform);

  const delivered = after.delivered - before.delivered;
  const perMillion = (seconds: number) => (seconds * 1_000_000) / events;
  const difference = (of: (at: Snapshot) => number) => of(after) - of(before);
  const cpu = Object.fromEntries(
    [...pathApps, 'redis' as const].map((part) => [part, perMillion(difference((at) => at.cpu[part]))]),
  ) as Record<Part, number>;
  const records = difference(({ firehose }) => firehose.records);
  return {
    events,
    tenants,
    redisVersion: after.redisVersion,
    pushedPerSecond: result.eventsPerSecond,
    landedPerSecond: delivered / seconds,
    answerMs: result.latencyMs,
    receiptToFirehoseMs: ages(),
    cpuSecondsPerMillion: { ...cpu, all: Object.values(cpu).reduce((sum, value) => sum + value, 0) },
    besides: {
      load: perMillion(result.cpuSeconds),
      aws: perMillion(difference(({ ownCpuSeconds }) => ownCpuSeconds)),
    },
    peakMiB: after.peakMiB,
    eventsPerBatch: events / difference(({ batches }) => batches),
    firehose: {
      recordsPerMillion: perMillion(records),
      callsPerMillion: perMillion(difference(({ firehose }) => firehose.calls)),
      billedPerByte:
        difference(({ firehose }) => firehose.billedBytes) / difference(({ firehose }) => firehose.bytes),
    },
    acknowledged: events,
    delivered,
  };
}

type Snapshot = Awaited<ReturnType<typeof snapshot>>;

async function snapshot(platform: Platform) {
  const { cpuSeconds, peakBytes, version } = await redisUsage(platform.control);
  const apps = await Promise.all(pathApps.map((name) => appUsage(platform.replicas(name))));
  const receivers = await metricsOf(...platform.replicas('receiver').map(({ healthUrl }) => healthUrl));
  const parts = <Value>(of: (usage: AppUsage) => Value, redis: Value) =>
    ({
      ...Object.fromEntries(apps.map((usage, index) => [pathApps[index], of(usage)])),
      redis,
    }) as Record<Part, Value>;
  const streams = Object.values(platform.aws.firehose.stats());
  const total = (name: 'recordsAccepted' | 'calls' | 'billedBytes' | 'acceptedBytes') =>
    streams.reduce((sum, stats) => sum + stats[name], 0);
  const { user, system } = process.cpuUsage();
  return {
    cpu: parts((usage) => usage.cpuSeconds, cpuSeconds),
    peakMiB: parts((usage) => Math.round(usage.peakBytes / 2 ** 20), Math.round(peakBytes / 2 ** 20)),
    redisVersion: version,
    batches: receivers('floodgate_receiver_batch_events_count'),
    firehose: {
      records: total('recordsAccepted'),
      calls: total('calls'),
      billedBytes: total('billedBytes'),
      bytes: total('acceptedBytes'),
    },
    ownCpuSeconds: (user + system) / 1_000_000,
    delivered: await deliveredBy(platform),
  };
}

async function deliveredBy(platform: Platform): Promise<number> {
  return (await platform.books()).reduce((sum, { delivered }) => sum + delivered, 0);
}

export async function untilDelivered(platform: Platform, events: number): Promise<void> {
  const deadlineMs = performance.now() + drainMs;
  while ((await deliveredBy(platform)) < events && performance.now() < deadlineMs) await wait(200);
}

export function acknowledgedOf({ byStatus }: LoadResult): number {
  return byStatus['204'] ?? 0;
}

const receiptTime = /"processed_time":(\d+)/;

/** Looks at the first line of every record that Firehose takes: nobody waited longer than it. */
function watchAges(platform: Platform): () => PipelineFigures['receiptToFirehoseMs'] {
  const ages = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  platform.aws.firehose.onAccepted((records) => {
    for (const record of records) {
      const receivedAtMs = Number(receiptTime.exec(firstLineOf(record))?.[1]);
      if (!Number.isNaN(receivedAtMs)) ages.recordValue(Math.max(1, Date.now() - receivedAtMs));
    }
  });
  return () => ({
    p50: ages.getValueAtPercentile(50),
    p99: ages.getValueAtPercentile(99),
    max: ages.maxValue,
  });
}

/** Enough of the first line, also of a record that is compressed. */
function firstLineOf(record: Buffer): string {
  const head = record.subarray(0, 4_096);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return (isGzip ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head).toString(
    'latin1',
    0,
    4_096,
  );
}
