import { spawnSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startRedisServer } from '#testing';
import { TcpEndpoint } from '#tools/local-platform';
import type { Arena } from './arena.js';
import type { Row } from './row.js';

const filler = { keys: 1_000_000, bytes: 200 };

export const redisKilled: Row = {
  number: 5,
  title: 'Redis killed, with a large append-only file',
  stage: () => ({
    options: { redis: { settings: { 'enable-debug-command': 'yes' } } },
    async run(arena) {
      const { control } = arena.platform;
      await control.call('DEBUG', 'POPULATE', filler.keys, 'filler', filler.bytes);
      await control.bgrewriteaof();
      const isWritten = async () => /aof_rewrite_in_progress:0/.test(await control.info('persistence'));
      await arena.until(isWritten, 'the append-only file is rewritten');
      const answers: { status: number; ms: number }[] = [];
      let restartMs = 0;
      await arena.underLoad(3_000, async () => {
        await arena.redis.kill();
        answers.push(...(await probes(arena, 20)));
        const startedMs = performance.now();
        await Promise.all([
          arena.redis.restart().then(() => (restartMs = performance.now() - startedMs)),
          probes(arena, 20).then((more) => answers.push(...more)),
        ]);
      });
      const slowestMs = Math.max(...answers.map(({ ms }) => ms));
      const statuses = [...new Set(answers.map(({ status }) => status))].join(', ');
      arena.notes.push(
        `Redis was back after ${String(Math.round(restartMs))} ms; answers meanwhile: ${statuses}, the slowest after ${String(Math.round(slowestMs))} ms`,
      );
      arena.expect(
        answers.some(({ status }) => status === 503),
        'nothing was answered 503',
      );
      arena.expect(slowestMs < 3_000, `an error took ${String(Math.round(slowestMs))} ms`);
    },
  }),
};

/** Pushes by hand, one after the other, with an event that the judge does not know of. */
async function probes(arena: Arena, count: number): Promise<{ status: number; ms: number }[]> {
  const answers = [];
  for (let n = 0; n < count; n += 1) {
    // Only refusals are looked at: a fault may end meanwhile.
    const answer = await arena.push(arena.victim, arena.oracle.unjudged(arena.victim.tenant));
    if (answer.status !== 204) answers.push(answer);
    await wait(25);
  }
  return answers;
}

export const redisFrozen: Row = {
  number: 8,
  title: 'Redis frozen, slow, its connections reset',
  async stage() {
    const server = await startRedisServer();
    const endpoint = await TcpEndpoint.before(server.port);
    return {
      options: { redisUrl: `redis://127.0.0.1:${String(endpoint.port)}` },
      async run(arena) {
        await arena.underLoad(3_000, async () => {
          for (const seconds of arena.isFull ? [5, 40, 120] : [5, 12])
            await freeze(arena, server.pid, seconds);
          endpoint.slow(200);
          await wait(4_000);
          endpoint.slow(0);
          for (let resets = 0; resets < 10; resets += 1) {
            await wait(100 + arena.random.below(300));
            endpoint.reset();
          }
        });
        arena.notes.push(`answers: ${JSON.stringify(arena.answers().refused)}`);
      },
      async clear() {
        await endpoint.close();
        await server.stop();
      },
    };
  },
};

async function freeze(arena: Arena, pid: number, seconds: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await wait(200);
  const during = await arena.acknowledgedDuring(() => wait(seconds * 1_000 - 200));
  process.kill(pid, 'SIGCONT');
  arena.expect(during === 0, `${String(during)} pushes were acknowledged while Redis was frozen`);
  const before = arena.answers().acked;
  await arena.until(() => arena.answers().acked > before, 'pushes are acknowledged again', 30_000);
}

const diskBytes = 48 * 1024 ** 2;
const fileBytes = 16 * 1024 ** 2;
const memoryLeftBytes = 3 * 1024 ** 2;
const logBytesAtMost = 1024 ** 2;

export const redisFull: Row = {
  number: 10,
  title: "Redis's memory and its disk reached",
  async stage(folder) {
    const disk = join(folder, 'disk');
    const isMounted = await mountSmallDisk(disk);
    return {
      options: {
        environment: { REDIS_DISK_BYTES: String(isMounted ? fileBytes : 0) },
        redis: {
          ...(isMounted ? { directory: disk } : {}),
          settings: { 'auto-aof-rewrite-min-size': '4mb' },
        },
      },
      async run(arena) {
        const logged = await arena.logBytes();
        await memoryReached(arena);
        if (isMounted) await diskReached(arena, disk);
        else arena.notes.push('the disk was not filled: mounting a small one is not permitted here');
        const more = (await arena.logBytes()) - logged;
        arena.notes.push(`${String(Math.round(more / 1024))} KiB were logged meanwhile`);
        arena.expect(more < logBytesAtMost, 'the logs were flooded');
      },
      async clear() {
        if (isMounted) spawnSync('umount', [disk]);
        await rm(disk, { recursive: true, force: true });
      },
    };
  },
};

async function mountSmallDisk(folder: string): Promise<boolean> {
  await mkdir(folder);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(diskBytes)}`, 'tmpfs', folder]).status === 0;
}

/** Nothing leaves, so Redis fills up, and admission must stop before it is full. */
async function memoryReached(arena: Arena): Promise<void> {
  const { control, aws } = arena.platform;
  const used = Number(/^used_memory:(\d+)/m.exec(await control.info('memory'))?.[1] ?? 0);
  await control.config('SET', 'maxmemory', used + memoryLeftBytes);
  aws.firehose.setFaults({ throttle: {} });
  await arena.underLoad(6_000, () => wait(5_000), 3_000);
  const { 503: busy = 0, 429: greedy = 0 } = arena.answers().refused;
  arena.notes.push(`at the memory limit: ${String(busy)} answered 503, ${String(greedy)} 429`);
  arena.expect(busy + greedy > 0, 'nothing was shed');
  aws.firehose.setFaults({});
  await control.config('SET', 'maxmemory', 0);
  await arena.until(
    () => arena.platform.google.stats().every(({ undelivered }) => undelivered === 0),
    'it drains',
  );
}

async function diskReached(arena: Arena, disk: string): Promise<void> {
  const { aws } = arena.platform;
  const before = arena.answers().refused[503] ?? 0;
  const { pid } = arena.redis;
  aws.firehose.setFaults({ throttle: {} });
  let freeBytes = Infinity;
  await arena.underLoad(
    1_000,
    async () => {
      await arena.until(() => (arena.answers().refused[503] ?? 0) > before, 'pushes are answered 503');
      const { bavail, bsize } = await statfs(disk);
      freeBytes = bavail * bsize;
      arena.expect(isAlive(pid), 'Redis ended before anything was shed');
      // Now somebody else fills what is left.
      await writeFile(join(disk, 'filler'), Buffer.alloc(diskBytes)).catch(() => undefined);
      await wait(2_000);
    },
    4_000,
  );
  arena.notes.push(`503 with ${String(Math.round(freeBytes / 1024 ** 2))} MiB of the disk left`);
  await rm(join(disk, 'filler'), { force: true });
  await arena.redis.restart();
  aws.firehose.setFaults({});
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
