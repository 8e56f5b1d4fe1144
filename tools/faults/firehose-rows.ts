import { setTimeout as wait } from 'node:timers/promises';
import type { FaultsInput } from '#tools/local-firehose';
import type { Arena } from './arena.js';
import { row } from './row.js';

/** Every way in which Firehose fails for a while, and how long. */
export const firehoseFaults: readonly [FaultsInput, ms: number][] = [
  [{ internal: { chance: 0.5 } }, 2_000],
  [{ throttle: {} }, 2_000],
  [{ acceptThenSilence: { times: 3 } }, 2_000],
  [{ records: { fail: 3, of: 7 } }, 2_000],
  [{ records: { fail: 1, of: 1 } }, 2_000],
  [{ latency: { ms: 1_000 } }, 3_000],
];

const callTimeout = { CALL_TIMEOUT_MS: '2000' };
const queuesMaxBytes = 6 * 1024 ** 2;
const billedAtMost = 1.02;

export const firehoseFails = row(
  11,
  'Firehose fails in every way',
  async (arena) => {
    const { firehose } = arena.platform.aws;
    await arena.underLoad(1_000, () => onlyOwedIsResent(arena));
    await arena.underLoad(1_000, async () => {
      for (const [fault, ms] of firehoseFaults) {
        firehose.setFaults(fault);
        await wait(ms);
      }
      firehose.setFaults({ latency: { ms: 30_000 } });
      await wait(arena.isFull ? 120_000 : 5_000);
      firehose.setFaults({});
    });
    await backlogIsBounded(arena);
    await billedRatioHolds(arena);
  },
  { ...callTimeout, QUEUES_MAX_BYTES: String(queuesMaxBytes) },
);

/** Where each refusal is told by position, nothing that was taken may come again. */
async function onlyOwedIsResent(arena: Arena): Promise<void> {
  const { firehose } = arena.platform.aws;
  for (const records of [
    { fail: 3, of: 7 },
    { fail: 1, of: 2 },
    { fail: 1, of: 1, times: 20 },
  ]) {
    firehose.setFaults({ records });
    await wait(2_000);
  }
  firehose.setFaults({});
  const { resentAfterAccept } = arena.firehose();
  arena.notes.push(`${String(resentAfterAccept)} records came again although they had been taken`);
  arena.expect(
    resentAfterAccept === 0,
    `${String(resentAfterAccept)} records were resent that were not owed`,
  );
}

/** Away for an hour, or a scaled one: the queues fill to their mark and no further, then Google keeps the rest. */
async function backlogIsBounded(arena: Arena): Promise<void> {
  const { firehose } = arena.platform.aws;
  firehose.setFaults({ internal: { chance: 1 } });
  const shedBefore = arena.answers().refused['503'] ?? 0;
  let most = 0;
  await arena.underLoad(
    1_000,
    async () => {
      const untilMs = performance.now() + (arena.isFull ? 3_600_000 : 20_000);
      while (performance.now() < untilMs) {
        most = Math.max(most, await arena.queuedBytes());
        await wait(500);
      }
    },
    1_500,
  );
  firehose.setFaults({});
  const shed = (arena.answers().refused['503'] ?? 0) - shedBefore;
  arena.notes.push(
    `the backlog stopped at ${String(Math.round(most / 1024))} KiB of ${String(queuesMaxBytes / 1024)}, ${String(shed)} pushes were answered 503`,
  );
  arena.expect(shed > 0, 'nothing was shed');
  arena.expect(most <= queuesMaxBytes, 'the backlog outgrew its limit');
}

/** Firehose bills by steps of 5 KiB a record: under load the records must be full. */
async function billedRatioHolds(arena: Arena): Promise<void> {
  await arena.platform.google.drained();
  const before = arena.firehose();
  await arena.underLoad(5_000, () => Promise.resolve(), 1_500);
  await arena.platform.google.drained();
  const after = arena.firehose();
  const ratio = (after.billedBytes - before.billedBytes) / (after.acceptedBytes - before.acceptedBytes);
  arena.notes.push(`billed ${ratio.toFixed(3)} bytes a byte at 1,500 events a second`);
  arena.expect(ratio <= billedAtMost, `Firehose bills ${ratio.toFixed(3)} bytes a byte`);
}

const floodMs = 8_000;
const quietP99AtMostMs = 2_000;

export const oneFloods = row(12, 'one tenant floods', async (arena) => {
  const [quiet, noisy] = arena.connections;
  if (!quiet || !noisy) return;
  const mine = `"tenant_uid":"${quiet.tenant}"`;
  const waitsMs: number[] = [];
  arena.platform.aws.firehose.onAccepted((records) => {
    for (const record of records) {
      if (!record.includes(mine)) continue;
      for (const [, receivedAtMs] of record.toString('latin1').matchAll(/"processed_time":(\d+)/g))
        waitsMs.push(Date.now() - Number(receivedAtMs));
    }
  });
  await Promise.all([
    arena.oracle.publishFor(floodMs, [quiet], 20),
    arena.oracle.publishFor(floodMs, [noisy], 2_000),
  ]);
  await arena.platform.google.drained();
  await arena.until(async () => (await arena.queuedBytes()) === 0, 'the queues run empty');
  waitsMs.sort((a, b) => a - b);
  const p99Ms = waitsMs[Math.floor(0.99 * (waitsMs.length - 1))] ?? Infinity;
  arena.notes.push(
    `the quiet tenant's p99 from receipt to Firehose: ${String(p99Ms)} ms, of ${String(waitsMs.length)} events`,
  );
  arena.expect(p99Ms <= quietP99AtMostMs, `the quiet tenant waited ${String(p99Ms)} ms`);
});
