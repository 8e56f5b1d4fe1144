import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { maxLinesPerRecord, maxRecordBytes, quarantineLine } from '#contracts';
import { maxBytesPerCall, maxRecordsPerCall } from '../src/plan-calls.js';
import { streamOf } from '../src/rendezvous.js';
import { DelivererStage, eventually, streams, type TestSegment } from './deliverer-stage.js';
import {
  internalFailure,
  invalid,
  linesOf,
  slowDown,
  taken,
  type Put,
  type Reply,
} from './scripted-firehose.js';

const newline = 0x0a;

describe('the deliverer', () => {
  let stage: DelivererStage;
  let tests = 0;

  beforeAll(async () => {
    stage = await DelivererStage.start();
  });
  afterEach(async () => {
    stage.firehose.reset();
    await stage.idle();
    await stage.stopDeliverer();
  });
  afterAll(async () => {
    await stage.stop();
  });

  /** Tenants of this test alone. */
  function tenantsOf(count: number): string[] {
    tests += 1;
    return Array.from({ length: count }, (_, index) => `tenant-${String(tests)}-${String(index)}`);
  }
  const segment = (tenant: string, count: number, bytes = 0): TestSegment => ({
    tenant,
    lines: Array.from({ length: count }, (_, n) => `${tenant} events ${String(n)} `.padEnd(bytes, '.')),
  });
  const allLines = (segments: readonly TestSegment[]) => segments.flatMap(({ lines }) => lines).sort();
  /** The lines that were offered or taken exactly this often. */
  const linesBy = (which: 'offered' | 'taken', times: number) =>
    [...stage.firehose.lines(which)].flatMap(([line, count]) => (count === times ? [line] : [])).sort();

  async function deliver(segments: readonly TestSegment[]): Promise<void> {
    await stage.publish(await stage.seal(...segments));
    await stage.idle();
  }

  async function expectDelivered(segments: readonly TestSegment[]): Promise<void> {
    expect(linesBy('taken', 1)).toEqual(allLines(segments));
    for (const { tenant, lines } of segments) {
      const counts = { received: lines.length, delivered: lines.length, quarantined: 0, inFlight: 0 };
      expect(await stage.books(tenant)).toMatchObject(counts);
    }
  }

  it('puts every line once, in records of one tenant and kind that keep to all limits', async () => {
    await stage.startDeliverer();
    const [many = '', large = '', small = ''] = tenantsOf(3);
    const more = Array.from({ length: 700 }, (_, n) => `${many} events more ${String(n)}`);
    const exact = `${large} events exact `.padEnd(maxRecordBytes - 1, '.');
    const batches: TestSegment[][] = [
      [
        segment(many, 1_300),
        segment(large, 11, 400_000),
        { tenant: many, lines: more },
        { tenant: large, lines: [exact] },
      ],
      [segment(small, 3), { tenant: small, kind: 'quarantine', lines: [`${small} quarantine 0`] }],
    ];
    await stage.publish(...(await Promise.all(batches.map((segments) => stage.seal(...segments)))));
    await stage.idle();

    expect(linesBy('offered', 1)).toEqual(allLines(batches.flat()));
    for (const { put } of stage.firehose.calls) {
      expect(put.records.length).toBeLessThanOrEqual(maxRecordsPerCall);
      expect(put.records.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(maxBytesPerCall);
      for (const record of put.records) {
        expect(record.length).toBeLessThanOrEqual(maxRecordBytes);
        expect(record.at(-1)).toBe(newline);
        expect(linesOf(record).length).toBeLessThanOrEqual(maxLinesPerRecord);
        const partitions = new Set(linesOf(record).map((line) => line.split(' ', 2).join(' ')));
        expect(partitions.size).toBe(1);
        expect(put.stream).toBe(streamOf([...partitions].join().split(' ')[0] ?? '', streams));
      }
    }
    const ofMany = stage.firehose.calls
      .flatMap(({ put }) => put.records)
      .filter((record) => record.toString().startsWith(many));
    expect(ofMany.map((record) => linesOf(record).length)).toEqual([500, 500, 500, 500]);
    expect(await stage.books(small)).toMatchObject({
      received: 4,
      delivered: 3,
      quarantined: 1,
      inFlight: 0,
    });
  });

  it('sends exactly the positions again that failed, when 3 of 7 do', async () => {
    await stage.startDeliverer({ FIREHOSE_STREAMS: 'stream-a' });
    const segments = tenantsOf(42).map((tenant) => segment(tenant, 2));
    const failures = new Map<string, number>();
    let position = -1;
    stage.firehose.script = ({ records }) => {
      if (stage.firehose.calls.length > 3) return taken;
      const failed = records.flatMap((_, index) => ((position += 1) % 7 < 3 ? [index] : []));
      for (const line of failed.flatMap((index) => linesOf(records[index] ?? Buffer.alloc(0)))) {
        failures.set(line, (failures.get(line) ?? 0) + 1);
      }
      return { failed, code: failed.length % 2 === 0 ? 'ServiceUnavailableException' : 'InternalFailure' };
    };
    await deliver(segments);
    await expectDelivered(segments);
    // Three calls of 42, 18 and 9 records lose 18, 9 and 3, of two lines each.
    expect([...failures.values()].reduce((sum, times) => sum + times, 0)).toBe(2 * (18 + 9 + 3));
    for (const [line, offered] of stage.firehose.lines('offered')) {
      expect([line, offered]).toEqual([line, 1 + (failures.get(line) ?? 0)]);
    }
  });

  it.each([
    ['throttled', slowDown],
    ['answered 500', internalFailure],
    ['refused for access', { error: 'AccessDeniedException', status: 400 }],
    ['told that the stream is missing', { error: 'ResourceNotFoundException', status: 400 }],
  ])('lands everything once after whole calls were %s', async (_, reply: Reply) => {
    await stage.startDeliverer();
    const segments = tenantsOf(6).map((tenant) => segment(tenant, 5));
    let failures = 3;
    stage.firehose.script = () => ((failures -= 1) >= 0 ? reply : taken);
    await deliver(segments);
    expect(failures).toBeLessThan(0);
    await expectDelivered(segments);
  });

  it('takes a call that is never answered for a failed one, and completes the job all the same', async () => {
    await stage.startDeliverer({ CALL_TIMEOUT_MS: '100' });
    const [tenant = ''] = tenantsOf(1);
    let silences = 2;
    stage.firehose.script = () => ((silences -= 1) >= 0 ? 'silence' : taken);
    await deliver([segment(tenant, 3)]);
    expect(linesBy('taken', 3)).toEqual(segment(tenant, 3).lines);
    expect(await stage.books(tenant)).toMatchObject({ received: 3, delivered: 3, inFlight: 0 });
  });

  it.each([
    ['in place', {}, 'active'],
    ['from the queue', { RETRY_IN_PLACE_MS: '1' }, 'delayed'],
  ] as const)('completes no job and books nothing while it retries %s', async (_, settings, state) => {
    await stage.startDeliverer(settings);
    const [tenant = ''] = tenantsOf(1);
    stage.firehose.script = () => internalFailure;
    await stage.publish(await stage.seal(segment(tenant, 3)));
    await eventually('it tried three times', () => stage.firehose.calls.length >= 3);
    await eventually(`the job is ${state}`, async () => (await stage.depth())[state] === 1);
    expect(await stage.depth()).toMatchObject({ unfinished: 1, failed: 0 });
    expect(await stage.books(tenant)).toBeUndefined();
    stage.firehose.script = () => taken;
    await stage.idle();
    await expectDelivered([segment(tenant, 3)]);
  });

  it('keeps in the job only what is owed, and offers nothing again that was taken', async () => {
    await stage.startDeliverer({ RETRY_IN_PLACE_MS: '1' });
    const segments = tenantsOf(12).map((tenant) => segment(tenant, 3));
    const isOwed = ({ tenant }: TestSegment) => streamOf(tenant, streams) === 'stream-b';
    const owed = allLines(segments.filter(isOwed));
    expect([0, 36]).not.toContain(owed.length);
    stage.firehose.script = ({ stream }) => (stream === 'stream-b' ? slowDown : taken);
    const batch = await stage.seal(...segments);
    await stage.publish(batch);
    const onB = () => stage.firehose.calls.filter(({ put }) => put.stream === 'stream-b').length;
    await eventually('the job came back twice', () => onB() >= 3);
    const kept = JSON.parse((await stage.job(batch))['data'] ?? '{}') as typeof batch;
    expect(kept.count).toBe(segments.filter(isOwed).length);
    stage.firehose.script = () => taken;
    await stage.idle();
    await expectDelivered(segments);
    const offeredOnce = allLines(segments.filter((one) => !isOwed(one)));
    expect(linesBy('offered', 1)).toEqual(offeredOnce);
    expect([...stage.firehose.lines('offered', 'stream-b').keys()].sort()).toEqual(owed);
  });

  it('finds the poisonous line by halves, quarantines it alone, and lands its neighbours once', async () => {
    await stage.startDeliverer();
    const [victim = '', neighbour = ''] = tenantsOf(2);
    const lines = segment(victim, 99).lines;
    const poisoned = { tenant: victim, lines: [...lines.slice(0, 41), 'poison', ...lines.slice(41)] };
    const holdsPoison = ({ records }: Put) => records.some((record) => linesOf(record).includes('poison'));
    stage.firehose.script = (put) => (holdsPoison(put) ? invalid : taken);
    await deliver([poisoned, segment(neighbour, 5)]);
    const once = linesBy('taken', 1);
    const landed = once.filter((line) => !line.startsWith('{'));
    expect(landed).toEqual([...lines, ...segment(neighbour, 5).lines].sort());
    const stoodIn = once.filter((line) => line.startsWith('{'));
    expect(stoodIn).toHaveLength(1);
    const { data_base64, ...stands } = quarantineLine.parse(JSON.parse(stoodIn[0] ?? ''));
    expect(Buffer.from(data_base64, 'base64').toString()).toBe('poison\n');
    expect(stands).toMatchObject({ tenant_id: victim, reason: 'refused_by_sink' });
    expect(stage.firehose.calls.length).toBeLessThan(30);
    expect(await stage.books(victim)).toMatchObject({
      received: 100,
      delivered: 99,
      quarantined: 1,
      inFlight: 0,
    });
    expect(await stage.books(neighbour)).toMatchObject({ received: 5, delivered: 5, quarantined: 0 });
  });

  it.each(['events', 'quarantine'] as const)(
    'keeps a job as failed when Firehose refuses even the line of the quarantine: %s',
    async (kind) => {
      await stage.startDeliverer();
      const [stuck = '', neighbour = ''] = tenantsOf(2);
      stage.firehose.script = ({ records }) =>
        records.some((record) => record.includes(stuck)) ? invalid : taken;
      const batch = await stage.seal({ ...segment(stuck, 1), kind }, segment(neighbour, 4));
      const { failed } = await stage.depth();
      await stage.publish(batch);
      await eventually('the job failed', async () => (await stage.depth()).failed === failed + 1);
      const { failedReason, data = '{}' } = await stage.job(batch);
      expect(failedReason).toContain('sink_refused');
      expect(linesBy('taken', 1)).toEqual(segment(neighbour, 4).lines);
      expect((JSON.parse(data) as typeof batch).settled).toContainEqual(
        expect.objectContaining({ tenantId: neighbour, delivered: 4 }),
      );
      expect(JSON.parse(data)).toMatchObject({ count: 1 });
    },
  );

  it('settles the books of a batch once, however often it is delivered', async () => {
    await stage.startDeliverer();
    const [tenant = ''] = tenantsOf(1);
    const batch = await stage.seal(segment(tenant, 3));
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      await stage.publish(batch);
      await stage.idle();
      expect(linesBy('taken', delivery)).toEqual(segment(tenant, 3).lines);
      expect(await stage.books(tenant)).toMatchObject({ received: 3, delivered: 3, inFlight: 0 });
    }
  });

  it('keeps a batch that does not match its checksum as failed, and offers nothing of it', async () => {
    await stage.startDeliverer();
    const [tenant = ''] = tenantsOf(1);
    const batch = await stage.seal(segment(tenant, 3));
    const { failed } = await stage.depth();
    await stage.publish({ ...batch, crc32: (batch.crc32 ^ 1) >>> 0 });
    await eventually('the job failed', async () => (await stage.depth()).failed === failed + 1);
    expect((await stage.job(batch))['failedReason']).toContain('corrupt_batch');
    expect(stage.firehose.calls).toEqual([]);
  });

  it('waits for the answer to the call in flight when it is told to stop, and leaves the rest', async () => {
    await stage.startDeliverer({ JOBS_IN_WORK: '1', CALL_TIMEOUT_MS: '10000' });
    const [inWork = '', later = ''] = tenantsOf(2);
    let answer: (reply: Reply) => void = () => undefined;
    stage.firehose.script = () => new Promise<Reply>((resolve) => (answer = resolve));
    await stage.publish(await stage.seal(segment(inWork, 3)));
    await eventually('a call is in flight', () => stage.firehose.calls.length === 1);
    let isStopped = false;
    const stopped = stage.stopDeliverer().then(() => (isStopped = true));
    await stage.publish(await stage.seal(segment(later, 2)));
    expect(await stage.depth()).toMatchObject({ active: 1, waiting: 1 });
    expect(isStopped).toBe(false);
    answer(taken);
    await stopped;
    expect(await stage.depth()).toMatchObject({ active: 0, waiting: 1, failed: expect.any(Number) });
    await expectDelivered([segment(inWork, 3)]);
    stage.firehose.script = () => taken;
    await stage.startDeliverer();
    await stage.idle();
    await expectDelivered([segment(inWork, 3), segment(later, 2)]);
  });
});
