import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startRedisCluster, type RedisCluster } from '#testing';
import { Random } from '#tools/local-google';
import { Judge, Platform, drain, type PlatformOptions } from '#tools/local-platform';
import { Arena } from './arena.js';
import { Oracle } from './oracle.js';
import type { Row, Stage } from './row.js';
import type { Sabotage } from './sabotage.js';
import type { Verdict } from './verdict.js';

export type RowResult = {
  number: number;
  title: string;
  seed: number;
  verdict?: Verdict;
  /** From the end of the fault until an event published then has landed. */
  recoverSeconds?: number;
  notes: string[];
  /** What did not hold; empty when the row passes. */
  problems: string[];
  skipped?: string;
};

export type RunOptions = {
  seed: number;
  isFull: boolean;
  /** On a Redis Cluster of three masters, the queues' shards spread over them. */
  isCluster?: boolean;
  sabotage?: Sabotage;
};

const drainMs = 180_000;
/** What a broken promise has lost does not come any more. */
const sabotagedDrainMs = 20_000;
const recoverWithinSeconds = 60;
const tenants = ['acme', 'globex', 'initech'];

/** Runs one row of the fault plan on a platform of its own, and judges what landed. */
export async function runRow(row: Row, options: RunOptions): Promise<RowResult> {
  const { number, title } = row;
  const about = { number, title, seed: options.seed };
  const skipped = row.missing?.();
  if (skipped !== undefined) return { ...about, notes: [], problems: [], skipped };
  const folder = await mkdtemp(join(tmpdir(), `floodgate-fault-${String(number)}-`));
  let result: Omit<RowResult, keyof typeof about>;
  try {
    const stage = await row.stage(folder, new Random(options.seed));
    try {
      const { redis, redisUrl } = stage.options ?? {};
      result =
        options.isCluster === true && (redis ?? redisUrl) !== undefined
          ? { notes: [], problems: [], skipped: 'it has a Redis of its own kind' }
          : await onPlatform(stage, folder, options);
    } finally {
      await stage.clear?.();
    }
  } catch (error) {
    // A row that cannot be run does not hold, and must not keep the others from being run.
    const cause = error instanceof Error && error.cause !== undefined ? ` (${String(error.cause)})` : '';
    result = { notes: [], problems: [`${String(error)}${cause}`] };
  }
  if (result.problems.length === 0) await rm(folder, { recursive: true, force: true });
  else result.notes.push(`logs: ${folder}`);
  return { ...about, ...result };
}

async function onPlatform(stage: Stage, folder: string, options: RunOptions) {
  const cluster = options.isCluster === true ? await startRedisCluster() : undefined;
  try {
    return await withRedis(stage, folder, options, cluster);
  } finally {
    await cluster?.stop();
  }
}

async function withRedis(
  stage: Stage,
  folder: string,
  options: RunOptions,
  cluster: RedisCluster | undefined,
) {
  const { seed, sabotage } = options;
  let oracle: Oracle | undefined;
  const startedMs = Date.now();
  const platform = await Platform.start({
    ports: 'free',
    redisUrl: undefined,
    logDirectory: folder,
    objectIntervalMs: 300,
    ...spoiled(onRedis(stage.options, cluster), sabotage?.options),
    onAcked: (subscription, messageId) => oracle?.acknowledged(subscription, messageId),
  });
  Object.assign(process.env, platform.aws.environment);
  const judge = new Judge(platform.aws.queueUrl('judge'), (object) => oracle?.read(object));
  judge.start();
  try {
    oracle = new Oracle(platform, seed);
    const connections = [];
    for (const tenant of tenants) connections.push(await platform.connect(tenant));
    const fresh = await platform.connect('fresh');
    const arena = new Arena(platform, oracle, connections, cluster, folder, options);
    await stage.run(arena);

    const healedMs = performance.now();
    oracle.publish(fresh, Buffer.from(`{"insertId":"fresh-${String(seed)}"}`));
    while (oracle.judge(['fresh']).landed === 0 && performance.now() - healedMs < drainMs) await wait(20);
    const recoverSeconds = (performance.now() - healedMs) / 1_000;
    arena.expect(
      recoverSeconds <= recoverWithinSeconds,
      `recovered only after ${recoverSeconds.toFixed(0)} s`,
    );
    const verdict = await judged(arena, judge, sabotage ? sabotagedDrainMs : drainMs);
    arena.expect(
      oracle.landedWithin(startedMs, Date.now()),
      'an object landed under an hour in which it was not received',
    );
    return { verdict, recoverSeconds, notes: arena.notes, problems: arena.problems };
  } finally {
    await judge.stop();
    await platform.stop();
  }
}

/** Waits until everything has come to its end, and holds it against what was published. */
async function judged(arena: Arena, judge: Judge, timeoutMs: number): Promise<Verdict> {
  const { platform, oracle } = arena;
  const held = new Map([...oracle.held].map(([tenant, events]) => [tenant, events.length]));
  for (const { tenant, problems } of await drain(platform, judge, timeoutMs, held))
    arena.problems.push(...problems.map((one) => `${tenant}: ${one}`));
  const all = [...new Set(platform.connections.map(({ tenant }) => tenant))];
  // The books are closed, but the last objects may still be on their way to the judge.
  for (let tries = 0; tries < 100 && oracle.judge(all).lost > 0; tries += 1) await wait(100);
  const verdict = oracle.judge(all);
  for (const wrong of ['lost', 'foreign', 'corrupt'] as const)
    arena.expect(verdict[wrong] === 0, `${String(verdict[wrong])} ${wrong}`);
  arena.expect(verdict.acknowledged === verdict.pushed, 'not every message was acknowledged in the end');
  arena.expect(
    verdict.duplicates <= arena.duplicatesAtMost,
    `${String(verdict.duplicates)} duplicates, and ${String(arena.duplicatesAtMost)} are allowed`,
  );
  return verdict;
}

type StageOptions = NonNullable<Stage['options']>;

function onRedis(wanted: StageOptions = {}, cluster: RedisCluster | undefined): StageOptions {
  if (!cluster) return wanted;
  const environment = { ...wanted.environment, QUEUE_SHARDS: String(cluster.masters.length) };
  return { ...wanted, environment, redisUrl: cluster.url };
}

/** What a row asks of its platform, with what a sabotage changes. */
function spoiled(wanted: StageOptions = {}, spoils: Sabotage['options'] = {}): Partial<PlatformOptions> {
  const redis = {
    ...wanted.redis,
    ...spoils.redis,
    settings: { ...wanted.redis?.settings, ...spoils.redis?.settings },
  };
  const preloads = [wanted, spoils].map(({ environment }) => environment?.['NODE_OPTIONS'] ?? '').join(' ');
  const environment = { ...wanted.environment, ...spoils.environment, NODE_OPTIONS: preloads.trim() };
  return { ...wanted, environment, redis };
}
