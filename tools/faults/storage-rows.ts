import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { receivedBatch, receivedHeader, unseal } from '#contracts';
import type { Arena } from './arena.js';
import { appendOnlyFiles, cutToLastSync, powerCutMissing, watchedSyncs } from './power-cut.js';
import { row, type Row } from './row.js';

const cuts = 3;

export const powerCut: Row = {
  number: 6,
  title: 'power cut',
  missing: powerCutMissing,
  stage: (folder) => ({
    options: { redis: watchedSyncs(folder) },
    async run(arena) {
      let taken = 0;
      const { firehose } = arena.platform.aws;
      for (let cut = 0; cut < cuts; cut += 1) {
        // Nothing leaves meanwhile, or what is cut off might have been delivered already.
        firehose.setFaults({ throttle: {} });
        await arena.underLoad(1_500, async () => {
          await wait(1_500 + arena.random.below(1_000));
          await arena.redis.kill();
          taken += await cutToLastSync(arena.redis.directory);
          await arena.redis.restart();
        });
        firehose.setFaults({});
        await arena.platform.google.drained();
      }
      arena.notes.push(`${String(taken)} bytes were written and not yet synced at ${String(cuts)} cuts`);
    },
  }),
};

export const fileDamaged = row(7, 'append-only file cut short, and a byte flipped', async (arena) => {
  await arena.underLoad(2_000, async () => {
    await arena.redis.kill();
    const [file = ''] = (await appendOnlyFiles(arena.redis.directory)).slice(-1);
    // A write that the end of power met half way; nobody was told that it was done.
    await appendFile(file, '*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$400\r\nof a val');
    await arena.redis.restart();
  });
  await arena.platform.google.drained();
  await flipOneByte(arena);
});

/** Damages one waiting batch where Redis does not notice; its checksum must. */
async function flipOneByte(arena: Arena): Promise<void> {
  const { platform, oracle, connections, redis } = arena;
  const { control } = platform;
  const enricher = platform.app('enricher');
  enricher.signal('SIGSTOP');
  await oracle.publishFor(1_000, connections, 300);
  await platform.google.drained();
  const waiting = await control.lrange('{received-0}:received:wait', 0, -1);
  const id = arena.random.pick(waiting);
  const batch = receivedBatch.schema.parse(
    JSON.parse((await control.hget(`{received-0}:received:${id}`, 'data')) ?? ''),
  );
  const { header, payloads } = await unseal(batch, receivedHeader);
  header.events.forEach(({ c }, index) => {
    const tenant = header.connections[c]?.tenantId ?? '';
    oracle.held.set(tenant, [...(oracle.held.get(tenant) ?? []), (payloads[index] ?? '').toString()]);
  });
  await redis.kill();
  await flip(redis.directory, batch.body, arena.random.below(batch.body.length));
  await redis.restart();
  enricher.signal('SIGCONT');
  const failed = () => control.zcard('{received-0}:received:failed');
  await arena.until(async () => (await failed()) === 1, 'the damaged batch is set aside');
  await arena.until(async () => (await arena.alerts()).includes('job_failed'), 'the monitor raises an alert');
  const reason = await control.hget(`{received-0}:received:${id}`, 'failedReason');
  arena.expect(reason?.includes('checksum') === true, `it was set aside because of "${String(reason)}"`);
  arena.notes.push(`a flipped byte in a batch of ${String(batch.count)} events: "${String(reason)}"`);
}

async function flip(redisFolder: string, body: string, at: number): Promise<void> {
  for (const file of await appendOnlyFiles(redisFolder)) {
    const bytes = await readFile(file);
    const position = bytes.indexOf(body);
    if (position < 0) continue;
    bytes.writeUInt8(bytes.readUInt8(position + at) ^ 1, position + at);
    await writeFile(file, bytes);
    return;
  }
  throw new Error('the batch is in no append-only file');
}
