import { setTimeout as wait } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { mastersOf } from '#redis';
import { appNames } from '#tools/local-platform';
import type { Arena } from './arena.js';
import { firehoseFaults } from './firehose-rows.js';
import { row } from './row.js';

const growthAtMost = 1.5;

export const soak = row(
  18,
  'soak with random faults',
  async (arena) => {
    const { platform, random } = arena;
    const faults = faultsOf(arena);
    const untilMs = performance.now() + (arena.isFull ? 1_800_000 : 30_000);
    let before: Usage | undefined;
    await arena.underLoad(1_000, async () => {
      while (performance.now() < untilMs) {
        before ??= await usage(arena);
        await random.pick(faults)();
        await wait(arena.isFull ? 30_000 + random.below(60_000) : 500 + random.below(2_000));
      }
    });
    await platform.google.drained();
    const after = await usage(arena);
    if (!before) return;
    arena.notes.push(
      `resident ${megabytes(before.bytes)} -> ${megabytes(after.bytes)} MiB, Redis connections ${String(before.connections)} -> ${String(after.connections)}`,
    );
    arena.expect(after.bytes < before.bytes * growthAtMost, 'memory has grown');
    arena.expect(after.connections <= before.connections * growthAtMost, 'connections have leaked');
  },
  { CALL_TIMEOUT_MS: '2000' },
);

function faultsOf(arena: Arena): (() => Promise<unknown>)[] {
  const { firehose } = arena.platform.aws;
  return [
    ...(['receiver', 'enricher', 'deliverer', 'monitor'] as const).map(
      (name) => () => arena.killAgainAndAgain(name, 1),
    ),
    async () => {
      await arena.redis.kill();
      await arena.redis.restart();
    },
    async () => {
      process.kill(arena.redis.pid, 'SIGSTOP');
      await wait(2_000);
      process.kill(arena.redis.pid, 'SIGCONT');
    },
    ...firehoseFaults.map(([fault, ms]) => async () => {
      firehose.setFaults(fault);
      await wait(ms);
      firehose.setFaults({});
    }),
  ];
}

type Usage = { bytes: number; connections: number };

async function usage({ platform }: Arena): Promise<Usage> {
  let bytes = 0;
  for (const name of appNames) {
    const status = await readFile(`/proc/${String(platform.app(name).pid ?? 0)}/status`, 'utf8').catch(
      () => '',
    );
    bytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  }
  let connections = 0;
  for (const master of await mastersOf(platform.control))
    connections += Number(/^connected_clients:(\d+)/m.exec(await master.info('clients'))?.[1] ?? 0);
  return { bytes, connections };
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1024 ** 2));
}
