import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Judge, Platform, drain } from '#tools/local-platform';
import { Arena } from './arena.js';
import { Oracle } from './oracle.js';
import type { Row } from './rows.js';
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

const drainMs = 180_000;
const recoverWithinSeconds = 60;

/** Runs one row of the fault plan on a platform of its own, and judges what landed. */
export async function runRow(row: Row, seed: number, isFull: boolean): Promise<RowResult> {
  const { number, title } = row;
  if (row.skipped !== undefined)
    return { number, title, seed, notes: [], problems: [], skipped: row.skipped };
  const folder = await mkdtemp(join(tmpdir(), `floodgate-fault-${String(number)}-`));
  let oracle: Oracle | undefined;
  const platform = await Platform.start({
    ports: 'free',
    redisUrl: undefined,
    logDirectory: folder,
    objectIntervalMs: 300,
    ...(row.environment === undefined ? {} : { environment: row.environment }),
    onAcked: (subscription, messageId) => oracle?.acknowledged(subscription, messageId),
  });
  Object.assign(process.env, platform.aws.environment);
  const judge = new Judge(platform.aws.queueUrl('judge'), (object) => oracle?.read(object));
  judge.start();
  let isPassed = false;
  try {
    oracle = new Oracle(platform, seed);
    const connections = [];
    for (const tenant of ['acme', 'globex', 'initech']) connections.push(await platform.connect(tenant));
    const fresh = await platform.connect('fresh');
    const arena = new Arena(platform, oracle, connections, seed, isFull);
    await row.run(arena);

    const healedMs = performance.now();
    oracle.publish(fresh, Buffer.from(`{"insertId":"fresh-${String(seed)}"}`));
    while (oracle.judge(['fresh']).landed === 0 && performance.now() - healedMs < drainMs) await wait(20);
    const recoverSeconds = (performance.now() - healedMs) / 1_000;
    arena.expect(
      recoverSeconds <= recoverWithinSeconds,
      `recovered only after ${recoverSeconds.toFixed(0)} s`,
    );

    const reports = await drain(platform, judge, drainMs);
    for (const { tenant, problems } of reports)
      arena.problems.push(...problems.map((one) => `${tenant}: ${one}`));
    const tenants = platform.connections.map(({ tenant }) => tenant);
    // The books are closed, but the last objects may still be on their way to the judge.
    for (let tries = 0; tries < 100 && oracle.judge(tenants).lost > 0; tries += 1) await wait(100);
    const verdict = oracle.judge(tenants);
    for (const wrong of ['lost', 'foreign', 'corrupt'] as const) {
      arena.expect(verdict[wrong] === 0, `${String(verdict[wrong])} ${wrong}`);
    }
    arena.expect(verdict.acknowledged === verdict.pushed, 'not every message was acknowledged in the end');
    isPassed = arena.problems.length === 0;
    if (!isPassed) arena.notes.push(`logs: ${folder}`);
    return { number, title, seed, verdict, recoverSeconds, notes: arena.notes, problems: arena.problems };
  } catch (error) {
    // A row that cannot be run does not hold, and must not keep the others from being run.
    const cause = error instanceof Error && error.cause !== undefined ? ` (${String(error.cause)})` : '';
    return { number, title, seed, notes: [`logs: ${folder}`], problems: [`${String(error)}${cause}`] };
  } finally {
    await judge.stop();
    await platform.stop();
    if (isPassed) await rm(folder, { recursive: true, force: true });
  }
}
