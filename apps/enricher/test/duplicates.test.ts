import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DuplicateFilter } from '#dedupe';
import { EnricherStage, eventually, publishTime, type HandedOn } from './enricher-stage.js';

const data = '{"insertId":"same"}';

describe('the enricher and duplicates', () => {
  let stage: EnricherStage;
  let filter: DuplicateFilter;

  beforeAll(async () => {
    stage = await EnricherStage.start();
    filter = new DuplicateFilter(stage.redis, 86_400);
  });
  afterAll(async () => {
    await stage.stop();
  });

  const keys = (tenant: string, ...messageIds: string[]) =>
    messageIds.map((messageId) => ({ connectionId: `connection-of-${tenant}`, messageId, publishTime }));
  const eventCounts = (batches: readonly HandedOn[]) =>
    batches.map(({ segments }) => segments.reduce((sum, { events }) => sum + events, 0));

  /** The filter as the enricher has it. */
  function filterInside(): DuplicateFilter {
    const inside = stage.enricher?.get(DuplicateFilter);
    if (!inside) throw new Error('the enricher is not running');
    return inside;
  }

  it.each([
    ['numbers', '77', '78', '79'],
    ['other ids', 'seventy-seven', 'seventy-eight', 'seventy-nine'],
  ])('drops duplicates within a batch and after it, and books them: %s', async (tenant, one, two, three) => {
    const event = (messageId: string) => ({ tenant: tenant.replace(' ', '-'), data, messageId });
    const first = await stage.enrich([event(one), event(one), event(two)]);
    expect(eventCounts(first)).toEqual([2]);
    expect(first[0]?.settled).toEqual([expect.objectContaining({ received: 3, duplicate: 1, delivered: 0 })]);
    const again = await stage.enrich([event(one), event(three)]);
    expect(eventCounts(again)).toEqual([1]);
    expect(again[0]?.settled).toEqual([expect.objectContaining({ received: 2, duplicate: 1, delivered: 0 })]);
  });

  it('takes the same id on another connection for another message', async () => {
    const events = ['east', 'west'].map((tenant) => ({ tenant, data, messageId: '500' }));
    expect(eventCounts(await stage.enrich(events))).toEqual([2]);
  });

  it('hands a message on once though many batches that hold it come at once', async () => {
    const copies = Array.from({ length: 12 }, () => [{ tenant: 'race', data, messageId: '4711' }]);
    const batches = await stage.enrich(...copies);
    expect(eventCounts(batches)).toEqual([1]);
    expect(await stage.books('race')).toMatchObject({ received: 11, duplicate: 11, inFlight: 0 });
  });

  it('waits while a batch in work holds a message, and drops it when that one has handed it on', async () => {
    await filter.claim('another-batch', keys('held', '1'));
    const contested = await stage.count('contested_total');
    const before = stage.handedOn.length;
    await stage.publish(
      await stage.seal(['1', '2'].map((messageId) => ({ tenant: 'held', data, messageId }))),
    );
    await eventually(
      'the batch has waited twice',
      async () => (await stage.count('contested_total')) >= contested + 2,
    );
    expect(stage.handedOn).toHaveLength(before);
    await filter.mark('another-batch', keys('held', '1'));
    await stage.idle();
    expect(eventCounts(stage.handedOn.slice(before))).toEqual([1]);
    expect(stage.handedOn.at(-1)?.settled).toEqual([expect.objectContaining({ received: 2, duplicate: 1 })]);
  });

  it('closes the books of a batch that held nothing but duplicates', async () => {
    await stage.enrich([{ tenant: 'closed', data, messageId: '1' }]);
    expect(await stage.enrich([{ tenant: 'closed', data, messageId: '1' }])).toEqual([]);
    expect(await stage.books('closed')).toMatchObject({ received: 1, duplicate: 1, inFlight: 0 });
  });

  it('takes its own work, done a second time, for neither new nor a duplicate', async () => {
    const batch = await stage.seal([{ tenant: 'retry', data }]);
    const duplicates = await stage.count('duplicates_total');
    const before = stage.handedOn.length;
    await stage.publish(batch);
    await stage.idle();
    await stage.publish(batch);
    await stage.idle();
    expect(stage.handedOn.slice(before).map(({ batchId }) => batchId)).toEqual([batch.batchId]);
    expect(await stage.count('duplicates_total')).toBe(duplicates);
    expect(await stage.books('retry')).toBeUndefined();
  });

  it('hands nothing on twice when it died right after handing on', async () => {
    await stage.stopNext();
    const batch = await stage.seal([{ tenant: 'died', data, messageId: '1' }]);
    const duplicates = await stage.count('duplicates_total');
    const before = stage.handedOn.length;
    await stage.publish(batch);
    await eventually('it was handed on', async () => (await stage.depth('partitioned')).waiting === 1);
    await eventually('it is done', async () => (await stage.depth('received')).active === 0);
    // What a process leaves that dies before it remembers: its claim, and the job in the next queue.
    const left = [`*:handed-on:${batch.batchId}`, '*connection-of-died*'];
    await stage.redis.del(...(await Promise.all(left.map((pattern) => stage.redis.keys(pattern)))).flat());
    await filter.claim(batch.batchId, keys('died', '1'));
    await stage.publish(batch);
    await eventually('it was marked', async () => (await filter.claim('x', keys('died', '1')))[0] === true);
    expect(await stage.depth('partitioned')).toMatchObject({ waiting: 1 });
    await stage.startNext();
    await stage.idle();
    expect(eventCounts(stage.handedOn.slice(before))).toEqual([1]);
    expect(await stage.count('duplicates_total')).toBe(duplicates);
  });

  it('only marks what is left to mark when it died while it marked', async () => {
    const batch = await stage.seal([{ tenant: 'unmarked', data, messageId: '1' }]);
    const before = stage.handedOn.length;
    await filter.claim(batch.batchId, keys('unmarked', '1'));
    await filter.mark(batch.batchId, []);
    await stage.publish(batch);
    await stage.idle();
    expect(stage.handedOn).toHaveLength(before);
    expect(await filter.claim('later', keys('unmarked', '1'))).toEqual([true]);
  });

  it('hands everything on, and counts it, when the store of seen messages fails', async () => {
    // A key of another type makes the store's scripts fail.
    const [generations = ''] = await stage.redis.keys('*:generations:2026-02-03T04');
    await stage.redis.set(generations, 'x');
    const skipped = await stage.count('dedupe_skipped_total');
    const events = ['5', '5', 'five'].map((messageId) => ({ tenant: 'blind', data, messageId }));
    expect(eventCounts(await stage.enrich(events))).toEqual([3]);
    expect(eventCounts(await stage.enrich(events))).toEqual([3]);
    expect(await stage.count('dedupe_skipped_total')).toBe(skipped + 6);
    await stage.redis.del(generations);
  });

  it.each(['claim', 'mark'] as const)(
    'never takes its own work for a duplicate, though the store fails at %s',
    async (call) => {
      const batch = await stage.seal([{ tenant: `own-${call}`, data }]);
      const duplicates = await stage.count('duplicates_total');
      const spy = jest.spyOn(filterInside(), call).mockRejectedValue(new Error('the store is away'));
      try {
        await stage.publish(batch);
        await stage.idle();
        await stage.publish(batch);
        await stage.idle();
      } finally {
        spy.mockRestore();
      }
      expect(await stage.count('duplicates_total')).toBe(duplicates);
    },
  );

  it('finishes the job in work when it is told to stop', async () => {
    const filterToStop = filterInside();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const isMarking = new Promise<void>((resolve) => {
      const mark = filterToStop.mark.bind(filterToStop);
      jest.spyOn(filterToStop, 'mark').mockImplementationOnce(async (batchId, marked) => {
        resolve();
        await held;
        await mark(batchId, marked);
      });
    });
    await stage.publish(await stage.seal([{ tenant: 'stop', data, messageId: '1' }]));
    await isMarking;
    let isClosed = false;
    const closed = stage.enricher?.close().then(() => (isClosed = true));
    await stage.publish(await stage.seal([{ tenant: 'stop', data, messageId: '2' }]));
    expect(isClosed).toBe(false);
    release();
    await closed;
    // The second either waits, or was taken in the moment before the worker heard of it, and finished too.
    expect(await stage.depth('received')).toMatchObject({ active: 0, failed: 0 });
    expect(await filter.claim('later', keys('stop', '1'))).toEqual([true]);
    await stage.startEnricher();
    await stage.idle();
    expect(await filter.claim('later', keys('stop', '2'))).toEqual([true]);
  });

  it('hands each batch on once over a restart under load', async () => {
    const before = stage.handedOn.length;
    const events = Array.from({ length: 300 }, (_, index) => ({
      tenant: 'load',
      data: `{"i":${String(index)}}`,
    }));
    const batches = await Promise.all(Array.from({ length: 20 }, () => stage.seal(events)));
    await stage.publish(...batches);
    await eventually('work has begun', () => stage.handedOn.length > before);
    await stage.enricher?.close();
    expect(await stage.depth('received')).toMatchObject({ active: 0 });
    await stage.startEnricher();
    await stage.idle();
    const ids = stage.handedOn.slice(before).map(({ batchId }) => batchId);
    expect(ids.sort()).toEqual(batches.map(({ batchId }) => batchId).sort());
  });
});
