import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { DuplicateFilter } from './duplicate-filter.js';

const publishTime = '2026-02-03T04:05:06.789Z';
const message = (messageId: string, connectionId = 'one') => ({ connectionId, messageId, publishTime });

describe('DuplicateFilter', () => {
  let server: RedisServer;
  let redis: Redis;
  let filter: DuplicateFilter;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, 'control', () => undefined);
    filter = new DuplicateFilter(redis, 86_400);
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    disconnectRedis(redis);
    await server.stop();
  });

  it('knows a message only after it was marked', async () => {
    const keys = [message('1'), message('no number'), message('9223372036854775807')];
    expect(await filter.claim('batch', keys)).toEqual([false, false, false]);
    expect(await filter.claim('batch', keys)).toEqual([false, false, false]);
    await filter.mark('batch', keys);
    expect(await filter.claim('other', keys)).toEqual([true, true, true]);
  });

  it('lets only one of two batches have a message, until it is marked', async () => {
    expect(await filter.claim('first', [message('1'), message('other', 'two')])).toEqual([false, false]);
    expect(await filter.claim('second', [message('2'), message('other', 'two')])).toBe('contested');
    expect(await filter.claim('first', [message('1'), message('other', 'two')])).toEqual([false, false]);
    await filter.mark('first', [message('1'), message('other', 'two')]);
    expect(await filter.claim('second', [message('2'), message('other', 'two')])).toEqual([false, true]);
  });

  it('claims nothing at all when something is contested', async () => {
    await filter.claim('first', [message('1', 'one')]);
    expect(await filter.claim('second', [message('1', 'one'), message('2', 'two')])).toBe('contested');
    expect(await filter.claim('third', [message('2', 'two')])).toEqual([false]);
  });

  it('claims nothing in any shard when something is contested in one', async () => {
    const sharded = new DuplicateFilter(redis, 86_400, 4);
    const keys = ['one', 'two', 'three', 'four', 'five', 'six'].map((id) => message('1', id));
    await sharded.claim('first', keys.slice(0, 1));
    expect(await sharded.claim('second', keys)).toBe('contested');
    expect(await sharded.claim('third', keys.slice(1))).toEqual([false, false, false, false, false]);
    await sharded.mark('first', keys.slice(0, 1));
    await sharded.mark('third', keys.slice(1));
    expect(await sharded.claim('fourth', keys)).toEqual(keys.map(() => true));
    expect(new Set((await redis.keys('{seen-*')).map((key) => key.slice(0, 8))).size).toBeGreaterThan(1);
  });

  it('takes over the claim of a batch that is gone', async () => {
    await filter.claim('first', [message('1')]);
    const [key = ''] = await redis.keys('*:claims');
    await redis.zadd(key, Date.now() - 1, 'first');
    expect(await filter.claim('second', [message('1')])).toEqual([false]);
  });

  it('claims and marks more messages than one call of Redis takes', async () => {
    const many = Array.from({ length: 9_999 }, (_, index) => message(String(index)));
    expect(await filter.claim('big', many)).toEqual(many.map(() => false));
    await filter.mark('big', many);
    expect(await redis.keys('*:claim*')).toEqual([]);
    expect(await filter.claim('other', many)).toEqual(many.map(() => true));
  });

  it('tells connections apart', async () => {
    await filter.mark('earlier', [message('1', 'one')]);
    expect(await filter.claim('batch', [message('1', 'one'), message('1', 'two')])).toEqual([true, false]);
  });

  it('finds repeats within one batch', async () => {
    expect(await filter.claim('batch', [message('1'), message('2'), message('1')])).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('takes no neighbour of an id for the id', async () => {
    await filter.mark('earlier', [message('9007199254740993'), message('7')]);
    expect(
      await filter.claim('batch', [
        message('9007199254740992'),
        message('007'),
        message('9007199254740993'),
        message('7'),
      ]),
    ).toEqual([false, false, true, true]);
  });

  it('stays exact and compact while its buckets grow', async () => {
    const ids = Array.from({ length: 20_000 }, (_, index) =>
      message(String(2_070_443_601_311_540 + index * 3)),
    );
    for (let start = 0; start < ids.length; start += 500)
      await filter.mark(String(start), ids.slice(start, start + 500));
    expect(await filter.claim('batch', ids)).toEqual(ids.map(() => true));
    const others = ids.map(({ messageId }) => message(String(BigInt(messageId) + 1n)));
    expect(await filter.claim('batch', others)).toEqual(ids.map(() => false));
    const buckets = (await redis.keys('{seen-0}:one:2026*')).filter((key) => /:\d+$/.test(key));
    const encodings = await Promise.all(buckets.map((key) => redis.object('ENCODING', key)));
    expect(new Set(encodings)).toEqual(new Set(['intset']));
  });

  it('lets every key expire', async () => {
    await filter.mark('earlier', [message('1'), message('other')]);
    await filter.claim('batch', [message('2')]);
    const keys = await redis.keys('*');
    const lives = await Promise.all(keys.map((key) => redis.ttl(key)));
    expect(keys.length).toBeGreaterThanOrEqual(5);
    expect(lives.every((seconds) => seconds > 0 && seconds <= 90_000)).toBe(true);
  });

  it('knows its own batches again, whatever they held', async () => {
    expect(await filter.claim('batch-1', [message('1')])).toEqual([false]);
    await filter.mark('batch-1', [message('1')]);
    expect(await filter.claim('batch-1', [message('1')])).toBe('handed-on');
    expect(await filter.claim('batch-2', [])).toEqual([]);
    await filter.mark('batch-2', []);
    expect(await filter.claim('batch-2', [])).toBe('handed-on');
  });

  it('knows a batch again of which only one shard was marked', async () => {
    const sharded = new DuplicateFilter(redis, 86_400, 4);
    const keys = ['one', 'two', 'three', 'four', 'five', 'six'].map((id) => message('1', id));
    await sharded.mark('batch', keys.slice(0, 1));
    expect(await sharded.claim('batch', keys)).toBe('handed-on');
  });

  it('lets other batches have what was seen, though it stands in a claim', async () => {
    await filter.mark('earlier', [message('1')]);
    expect(await filter.claim('first', [message('1'), message('2')])).toEqual([true, false]);
    expect(await filter.claim('second', [message('1')])).toEqual([true]);
  });

  it('keeps ids that no number of buckets tells apart', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => message(`${String(index + 1)}000000000007`));
    await filter.mark('earlier', ids);
    expect(await filter.claim('batch', ids)).toEqual(ids.map(() => true));
  });

  it('remembers batches only when its window is 0', async () => {
    const off = new DuplicateFilter(redis, 0);
    expect(await off.claim('batch', [message('1'), message('1')])).toEqual([false, false]);
    await off.mark('batch', [message('1')]);
    expect(await off.claim('other', [message('1')])).toEqual([false]);
    expect(await off.claim('batch', [message('1')])).toBe('handed-on');
    expect(await redis.dbsize()).toBe(1);
  });
});
