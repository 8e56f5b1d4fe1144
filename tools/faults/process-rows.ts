import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { appNames, type AppName } from '#tools/local-platform';
import type { Arena } from './arena.js';
import { preloaded } from './preload.js';
import { row, type Row } from './row.js';

/** So many that each kill meets pushes that are not yet stored. */
const pushesPerSecond = 2_000;

export const receiverKilled = row(1, 'receiver killed', async (arena) => {
  await arena.underLoad(3_000, () => arena.killAgainAndAgain('receiver', 5), pushesPerSecond);
});

const killsAtEachPoint = 5;
/** A worker's lock lasts 10 s, and every 3 s somebody looks for those that ran out. */
const takenUpWithinMs = 15_000;

export const enricherKilled: Row = {
  number: 2,
  title: 'enricher killed ten times, also over one batch',
  stage: (folder) => ({
    options: { environment: { ...preloaded('deadly-message'), DEADLY_FOLDER: folder } },
    async run(arena) {
      await arena.underLoad(3_000, () => arena.killAgainAndAgain('enricher', 10));
      await arena.underLoad(1_000, () => killOverOneBatch(arena, folder));
    },
  }),
};

/** One message kills its process before its batch is handed on, again and again, and then after. */
async function killOverOneBatch(arena: Arena, folder: string): Promise<void> {
  const enricher = arena.platform.app('enricher');
  const first = enricher.restarts;
  let [kills, slowestMs, lastMs] = [0, 0, performance.now()];
  arena.oracle.publish(arena.victim, Buffer.from('{"insertId":"deadly"}'), { messageId: 'deadly' });
  for (const point of ['before-hand-on', 'after-hand-on']) {
    await writeFile(join(folder, point), '');
    for (let n = 0; n < killsAtEachPoint; n += 1) {
      await arena.until(() => enricher.restarts - first > kills, 'the batch is taken up again');
      slowestMs = Math.max(slowestMs, performance.now() - lastMs);
      lastMs = performance.now();
      kills = enricher.restarts - first;
    }
    await rm(join(folder, point));
  }
  arena.notes.push(`${String(kills)} kills over one batch, taken up after ${seconds(slowestMs)} at most`);
  arena.expect(kills === 2 * killsAtEachPoint, `${String(kills)} kills were counted`);
  arena.expect(slowestMs <= takenUpWithinMs, `a batch was taken up only after ${seconds(slowestMs)}`);
}

const putMs = 150;
const killsAtRandom = 3;
const killsAfterPut = 3;

export const delivererKilled = row(3, 'deliverer killed before, during and after a put', async (arena) => {
  const { firehose } = arena.platform.aws;
  const deliverer = arena.platform.app('deliverer');
  let most = 0;
  let onTaken: () => void = () => undefined;
  firehose.onAccepted((records) => {
    const lines = records.reduce((sum, record) => sum + linesOf(record), 0);
    most = Math.max(most, lines);
    onTaken();
  });
  firehose.setFaults({ latency: { ms: putMs } });
  await arena.underLoad(3_000, async () => {
    await arena.killAgainAndAgain('deliverer', killsAtRandom);
    for (let kill = 0; kill < killsAfterPut; kill += 1) {
      // Firehose has the records, and the answer was not heard.
      await new Promise<void>((resolve) => {
        onTaken = () => {
          onTaken = () => undefined;
          deliverer.kill();
          resolve();
        };
      });
      await wait(100);
      await deliverer.ready();
    }
  });
  firehose.setFaults({});
  // One call of each stream may be under way at a kill.
  arena.duplicatesAtMost = (killsAtRandom + killsAfterPut) * most * arena.platform.aws.streams.length;
  arena.notes.push(`the largest put held ${String(most)} events`);
});

function linesOf(record: Buffer): number {
  return record.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0);
}

const rounds = 5;
/** The apps' own SHUTDOWN_GRACE_MS, and a little to go. */
const graceMs = 25_000;

export const rollingRestart: Row = {
  number: 4,
  title: 'rolling restart of every app',
  stage: () => ({ options: { isBalanced: true }, run: restartEverything }),
};

async function restartEverything(arena: Arena): Promise<void> {
  const { platform } = arena;
  const slowest = { with: 0, without: 0 };
  async function stop(name: AppName, redis: keyof typeof slowest): Promise<void> {
    // As a load balancer does, which looks at readiness.
    if (name === 'receiver') platform.balancer?.keepNewWaiting();
    const startedMs = performance.now();
    const code = await platform.app(name).stop();
    slowest[redis] = Math.max(slowest[redis], performance.now() - startedMs);
    arena.expect(code === 0, `${name} exited with ${String(code)}, ${redis} Redis`);
  }
  async function start(name: AppName): Promise<void> {
    await platform.app(name).start();
    if (name === 'receiver') platform.balancer?.letNewIn();
  }
  await arena.underLoad(1_000, async () => {
    for (let round = 0; round < rounds; round += 1) {
      for (const name of appNames) {
        await stop(name, 'with');
        await start(name);
      }
    }
  });
  const { reset = 0 } = arena.answers().refused;
  arena.expect(reset === 0, `${String(reset)} requests were cut off without an answer`);
  await arena.underLoad(1_000, async () => {
    await arena.redis.kill();
    for (const name of appNames) await stop(name, 'without');
    await arena.redis.restart();
    for (const name of appNames) await start(name);
  });
  arena.notes.push(`slowest exit ${seconds(slowest.with)}, with Redis away ${seconds(slowest.without)}`);
  arena.expect(Math.max(slowest.with, slowest.without) <= graceMs, 'an app did not exit in its grace period');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
