import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FailedJobs } from '#queue-transport';
import type { Arena } from './arena.js';
import { preloaded } from './preload.js';
import type { Row } from './row.js';

const kills = 3;

export const poison: Row = {
  number: 13,
  title: 'poison: refused, too large, and deadly to its worker',
  stage: (folder) => ({
    options: {
      environment: {
        ...preloaded('deadly-message'),
        DEADLY_FOLDER: folder,
        JOB_KILLS_MAX: String(kills),
      },
    },
    async run(arena) {
      await refused(arena);
      await deadly(arena, join(folder, 'before-hand-on'));
    },
  }),
};

/** What Firehose refuses, and what is too large for it, is set aside by itself. */
async function refused({ platform, oracle, victim, ...arena }: Arena): Promise<void> {
  platform.aws.firehose.setFaults({ invalid: { containing: 'poison-pill' } });
  await oracle.publishFor(500, arena.connections, 300);
  for (let n = 0; n < 5; n += 1)
    oracle.publish(victim, Buffer.from(`{"insertId":"poison-pill-${String(n)}"}`));
  oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'large', a: 'x'.repeat(7_000_000) })));
  oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'fits', a: 'x'.repeat(900_000) })));
  await oracle.publishFor(1_500, arena.connections, 300);
}

/** A batch that kills every process that takes it is set aside; everything else goes on. */
async function deadly(arena: Arena, file: string): Promise<void> {
  const { platform, oracle, victim } = arena;
  const failed = new FailedJobs({
    redisUrl: platform.redis.url,
    shards: arena.shards,
    onError: () => undefined,
  });
  try {
    await writeFile(file, '');
    oracle.publish(victim, Buffer.from('{"insertId":"deadly"}'), { messageId: 'deadly' });
    await oracle.publishFor(500, arena.connections, 300);
    await arena.until(async () => (await failed.list(1)).length > 0, 'the deadly batch is set aside', 90_000);
    await arena.until(
      async () => (await arena.alerts()).includes('job_failed'),
      'the monitor raises an alert',
    );
    const before = arena.oracle.judge([victim.tenant]).landed;
    await arena.underLoad(500, () => wait(3_000));
    arena.expect(oracle.judge([victim.tenant]).landed > before, 'the neighbours do not go on');
    const jobs = await failed.list(10);
    arena.notes.push(
      `set aside: ${jobs.map(({ reason, events }) => `${String(events)} events, "${reason}"`).join('; ')}`,
    );
    // After the fix that a person would make, it goes through like any other.
    await rm(file);
    for (const one of jobs) await failed.retry(one);
  } finally {
    failed.close();
  }
}
