import { setTimeout as wait } from 'node:timers/promises';
import { appNames } from '#tools/local-platform';
import type { FaultsInput } from '#tools/local-firehose';
import type { Arena } from './arena.js';
import { malformed } from './malformed.js';
import { badTokens } from './bad-tokens.js';

/** One row of the fault plan: `run` brings the fault about under load, and heals it. */
export type Row = {
  number: number;
  title: string;
  /** Settings of the apps that the row needs. */
  environment?: Record<string, string>;
  /** Why the row cannot be run here. */
  skipped?: string;
  run(arena: Arena): Promise<void>;
};

const nothing = () => Promise.resolve();

export const rows: readonly Row[] = [
  {
    number: 1,
    title: 'receiver killed',
    run: (arena) => arena.underLoad(3_000, () => arena.killAgainAndAgain('receiver', 3)),
  },
  {
    number: 2,
    title: 'enricher killed ten times',
    run: (arena) => arena.underLoad(3_000, () => arena.killAgainAndAgain('enricher', 10)),
  },
  {
    number: 3,
    title: 'deliverer killed',
    run: (arena) => arena.underLoad(3_000, () => arena.killAgainAndAgain('deliverer', 3)),
  },
  { number: 4, title: 'rolling restart of every app', run: rollingRestart },
  { number: 5, title: 'Redis killed and restarted', run: redisKilled },
  {
    number: 6,
    title: 'power cut',
    skipped: 'needs the file as it was at the last fsync, which is not emulated yet',
    run: nothing,
  },
  { number: 7, title: 'append-only file damaged', skipped: 'not emulated yet', run: nothing },
  { number: 8, title: 'Redis frozen', run: redisFrozen },
  { number: 9, title: 'replica promoted while lagging', skipped: 'not emulated yet', run: nothing },
  {
    number: 10,
    title: "Redis's memory reached",
    run: memoryReached,
  },
  {
    number: 11,
    title: 'Firehose fails in every way',
    environment: { CALL_TIMEOUT_MS: '2000' },
    run: firehoseFails,
  },
  { number: 12, title: 'one tenant floods', run: oneFloods },
  { number: 13, title: 'poison', run: poison },
  { number: 14, title: 'malformed messages', run: malformedMessages },
  { number: 15, title: 'duplicates tenfold', run: tenfold },
  { number: 16, title: 'key server away, bad tokens', run: keysAway },
  { number: 17, title: 'connection paused mid-flight', run: paused },
  { number: 18, title: 'soak with random faults', environment: { CALL_TIMEOUT_MS: '2000' }, run: soak },
];

async function rollingRestart(arena: Arena): Promise<void> {
  await arena.underLoad(1_000, async () => {
    for (let round = 0; round < (arena.isFull ? 5 : 1); round += 1) {
      for (const name of appNames) {
        const app = arena.platform.app(name);
        const code = await app.stop();
        arena.expect(code === 0, `${name} exited with ${String(code)}`);
        await app.start();
      }
    }
  });
}

async function redisKilled(arena: Arena): Promise<void> {
  await arena.underLoad(3_000, async () => {
    await arena.platform.redis.server?.kill();
    await wait(500 + arena.random.below(1_000));
    await arena.platform.redis.server?.restart();
  });
  const { refused } = arena.answers();
  arena.notes.push(`answers while it was away: ${JSON.stringify(refused)}`);
}

async function redisFrozen(arena: Arena): Promise<void> {
  const pid = arena.platform.redis.server?.pid ?? 0;
  await arena.underLoad(3_000, async () => {
    for (const seconds of arena.isFull ? [5, 40, 120] : [5]) {
      process.kill(pid, 'SIGSTOP');
      await wait(200);
      const before = arena.answers().acked;
      await wait(seconds * 1_000 - 200);
      const during = arena.answers().acked - before;
      process.kill(pid, 'SIGCONT');
      arena.expect(during === 0, `${String(during)} pushes were acknowledged while Redis was frozen`);
      await wait(1_000);
    }
  });
}

async function memoryReached(arena: Arena): Promise<void> {
  const { platform } = arena;
  const used = Number(/^used_memory:(\d+)/m.exec(await platform.control.info('memory'))?.[1] ?? 0);
  await platform.control.config('SET', 'maxmemory', used + 3 * 1024 ** 2);
  platform.aws.firehose.setFaults({ throttle: {} });
  await arena.underLoad(6_000, () => wait(5_000), 3_000);
  const { refused } = arena.answers();
  arena.notes.push(`answers: ${JSON.stringify(refused)}`);
  arena.expect((refused['503'] ?? 0) + (refused['429'] ?? 0) > 0, 'nothing was shed');
  platform.aws.firehose.setFaults({});
}

const firehoseFaults: [FaultsInput, ms: number][] = [
  [{ internal: { chance: 0.5 } }, 2_000],
  [{ throttle: {} }, 2_000],
  [{ acceptThenSilence: { times: 3 } }, 2_000],
  [{ records: { fail: 3, of: 7 } }, 2_000],
  [{ records: { fail: 1, of: 1 } }, 2_000],
  [{ latency: { ms: 1_000 } }, 3_000],
];

async function firehoseFails(arena: Arena): Promise<void> {
  const { firehose } = arena.platform.aws;
  await arena.underLoad(1_000, async () => {
    for (const [fault, ms] of firehoseFaults) {
      firehose.setFaults(fault);
      await wait(ms);
    }
    // Away altogether, for an hour or a scaled one.
    firehose.setFaults({ internal: { chance: 1 } });
    await wait(arena.isFull ? 3_600_000 : 15_000);
    firehose.setFaults({});
  });
  const stats = Object.values(firehose.stats());
  const [billed, accepted] = [
    stats.reduce((sum, { billedBytes }) => sum + billedBytes, 0),
    stats.reduce((sum, { acceptedBytes }) => sum + acceptedBytes, 0),
  ];
  arena.notes.push(`billed ${(billed / accepted).toFixed(3)} bytes a byte`);
}

const floodMs = 8_000;

async function oneFloods(arena: Arena): Promise<void> {
  const [quiet, noisy] = arena.connections;
  if (!quiet || !noisy) return;
  await Promise.all([
    arena.oracle.publishFor(floodMs, [quiet], 20),
    arena.oracle.publishFor(floodMs, [noisy], 2_000),
  ]);
  const p99Ms = await arena.oracle.landedAfterMs(quiet.tenant, 0.99);
  arena.notes.push(`the quiet tenant's p99 from receipt to S3: ${String(p99Ms)} ms`);
  arena.expect(p99Ms <= 2_000 + 500, `the quiet tenant waited ${String(p99Ms)} ms`);
}

async function poison(arena: Arena): Promise<void> {
  const { platform, oracle, connections } = arena;
  const [victim] = connections;
  if (!victim) return;
  platform.aws.firehose.setFaults({ invalid: { containing: 'poison-pill' } });
  await arena.underLoad(2_000, async () => {
    for (let n = 0; n < 5; n += 1) {
      oracle.publish(victim, Buffer.from(`{"insertId":"poison-pill-${String(n)}"}`));
    }
    oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'large', a: 'x'.repeat(7_000_000) })));
    oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'fits', a: 'x'.repeat(900_000) })));
    await wait(2_000);
  });
}

async function malformedMessages(arena: Arena): Promise<void> {
  await arena.underLoad(1_000, () => {
    for (const connection of arena.connections) {
      for (const data of malformed()) arena.oracle.publish(connection, data);
    }
    return Promise.resolve();
  });
}

async function tenfold(arena: Arena): Promise<void> {
  await arena.underLoad(3_000, async () => {
    for (let n = 0; n < 300; n += 1) {
      const connection = arena.random.pick(arena.connections);
      arena.oracle.publish(connection, Buffer.from(`{"insertId":"ten-${String(n)}"}`), 9);
      if (n % 50 === 0) await wait(100);
    }
  });
}

async function keysAway(arena: Arena): Promise<void> {
  const { identity } = arena.platform.google;
  await arena.underLoad(3_000, async () => {
    identity.available = false;
    for (const [what, status] of await badTokens(arena.platform)) {
      arena.expect(status === 401 || status === 403, `${what} was answered ${String(status)}`);
    }
    await wait(2_000);
    identity.available = true;
  });
}

async function paused(arena: Arena): Promise<void> {
  const [connection] = arena.connections;
  if (!connection) return;
  await arena.underLoad(2_000, async () => {
    await arena.platform.edit(connection.id, { state: 'paused' });
    await wait(2_000);
    await arena.platform.edit(connection.id, { state: 'active' });
  });
  arena.expect((arena.answers().refused['429'] ?? 0) > 0, 'no push was held while it was paused');
}

async function soak(arena: Arena): Promise<void> {
  const { platform, random } = arena;
  const faults: (() => Promise<unknown>)[] = [
    ...(['receiver', 'enricher', 'deliverer', 'monitor'] as const).map(
      (name) => () => arena.killAgainAndAgain(name, 1),
    ),
    async () => {
      await platform.redis.server?.kill();
      await platform.redis.server?.restart();
    },
    async () => {
      process.kill(platform.redis.server?.pid ?? 0, 'SIGSTOP');
      await wait(2_000);
      process.kill(platform.redis.server?.pid ?? 0, 'SIGCONT');
    },
    ...firehoseFaults.map(([fault, ms]) => async () => {
      platform.aws.firehose.setFaults(fault);
      await wait(ms);
      platform.aws.firehose.setFaults({});
    }),
  ];
  const untilMs = performance.now() + (arena.isFull ? 1_800_000 : 30_000);
  await arena.underLoad(1_000, async () => {
    while (performance.now() < untilMs) {
      await random.pick(faults)();
      await wait(arena.isFull ? 30_000 + random.below(60_000) : 500 + random.below(2_000));
    }
  });
}
