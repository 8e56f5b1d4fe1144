import { setTimeout as wait } from 'node:timers/promises';
import { FailedJobs } from '#queue-transport';
import type { Arena } from './arena.js';
import { row } from './row.js';

const kills = 3;

export const poison = row(
  13,
  'poison: refused, too large, and deadly to its worker',
  async (arena) => {
    const { platform, oracle, victim } = arena;
    platform.aws.firehose.setFaults({ invalid: { containing: 'poison-pill' } });
    await arena.underLoad(2_000, async () => {
      for (let n = 0; n < 5; n += 1) {
        oracle.publish(victim, Buffer.from(`{"insertId":"poison-pill-${String(n)}"}`));
      }
      oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'large', a: 'x'.repeat(7_000_000) })));
      oracle.publish(victim, Buffer.from(JSON.stringify({ insertId: 'fits', a: 'x'.repeat(900_000) })));
      await wait(2_000);
    });
    await deadly(arena);
  },
  { JOB_KILLS_MAX: String(kills) },
);

/** A batch that kills every process that takes it is set aside; everything else goes on. */
async function deadly(arena: Arena): Promise<void> {
  const { platform, oracle, victim } = arena;
  const { control } = platform;
  const enricher = platform.app('enricher');
  await platform.google.drained();
  enricher.signal('SIGSTOP');
  await oracle.publishFor(300, [victim], 1_000);
  await platform.google.drained();
  const id = (await control.lindex('{received-0}:received:wait', 0)) ?? '';
  const job = `{received-0}:received:${id}`;
  enricher.signal('SIGCONT');
  const isFailed = async () => (await control.zscore('{received-0}:received:failed', id)) !== null;
  const starts = async () => Number((await control.hget(job, 'ats')) ?? 0);
  for (let died = 0; !(await isFailed());) {
    if ((await starts()) > died) {
      died = await starts();
      enricher.kill();
      await enricher.ready();
    }
    if ((await control.exists(job)) === 0) break;
    await wait(1);
  }
  arena.expect(await isFailed(), 'the deadly batch was not set aside');
  await arena.until(async () => (await arena.alerts()).includes('job_failed'), 'the monitor raises an alert');
  const failed = new FailedJobs({ redisUrl: platform.redis.url, shards: 1, onError: () => undefined });
  const jobs = await failed.list(10);
  arena.notes.push(
    `set aside: ${jobs.map(({ reason, events }) => `${String(events)} events, "${reason}"`).join('; ')}`,
  );
  // After the fix that a person would make, it goes through like any other.
  for (const one of jobs) await failed.retry(one);
  failed.close();
}
