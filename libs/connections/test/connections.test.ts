import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once, EventEmitter } from 'node:events';
import { z } from 'zod';
import { TransientError, type Connection } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import {
  ConnectionDirectory,
  ConnectionNotes,
  ConnectionStore,
  newConnectionId,
  type ConnectionDraft,
} from '../index.js';

const recordsKey = 'floodgate:{connections}:records';

let server: RedisServer;
let redis: Redis;
let store: ConnectionStore;
let unreadable: string[];
const directories: ConnectionDirectory[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

beforeEach(async () => {
  redis = connectRedis(server.url, 'control', () => undefined);
  await redis.flushall();
  unreadable = [];
  store = new ConnectionStore(redis, (id) => unreadable.push(id));
});
afterEach(async () => {
  await Promise.all(directories.splice(0).map((directory) => directory.stop()));
  disconnectRedis(redis);
});

const draft = (more: Partial<ConnectionDraft> = {}): ConnectionDraft => ({
  id: newConnectionId(),
  tenantId: 'acme',
  name: 'Acme',
  serviceAccountEmail: 'push@acme-logs.iam.gserviceaccount.com',
  audience: 'https://ingest.example.com/v1/push/x',
  subscription: 'projects/acme-logs/subscriptions/floodgate',
  quota: { eventsPerSecond: 1_000 },
  ...more,
});

/** A directory whose changes and errors can be awaited. */
async function openDirectory(pollMs = 50) {
  const events = new EventEmitter();
  const errors: Error[] = [];
  const directory = new ConnectionDirectory(redis, {
    pollMs,
    onError: (error) => {
      errors.push(error);
      events.emit('failed', error);
    },
  });
  directory.onChange((id, now) => events.emit('change', id, now));
  directories.push(directory);
  await directory.start();
  const changed = async () => (await once(events, 'change')) as [string, Connection | undefined];
  const failed = async () => (await once(events, 'failed')) as [Error];
  return { directory, errors, changed, failed };
}

describe('newConnectionId', () => {
  it('gives 192 random bits that fit the contract and never repeat', () => {
    const ids = Array.from({ length: 1_000 }, newConnectionId);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });
});

describe('ConnectionStore', () => {
  it('gives back what it stored, active and with the time of its creation', async () => {
    const wanted = draft();
    const created = await store.create(wanted);
    expect(created).toMatchObject({ ...wanted, state: 'active' });
    expect(Math.abs(Date.now() - Date.parse(created.createdAt))).toBeLessThan(10_000);
    expect(await store.get(created.id)).toEqual(created);
  });

  it('lists the oldest first', async () => {
    const first = await store.create(draft({ name: 'first' }));
    const record = { ...first, id: newConnectionId(), createdAt: '2020-01-01T00:00:00Z' };
    await redis.hset(recordsKey, record.id, JSON.stringify(record));
    expect((await store.list()).map(({ id }) => id)).toEqual([record.id, first.id]);
  });

  it('refuses an invalid draft and an id that is taken, and stores neither', async () => {
    const kept = await store.create(draft());
    await expect(store.create(draft({ tenantId: '../acme' }))).rejects.toThrow('tenantId');
    await expect(store.create(draft({ id: kept.id, name: 'Other' }))).rejects.toThrow('exists');
    expect(await store.list()).toEqual([kept]);
  });

  it('changes only what the patch names, and takes a pinned account away on null', async () => {
    const { id, ...rest } = await store.create(draft({ serviceAccountId: '123' }));
    expect(await store.update(id, { state: 'paused' })).toEqual({ ...rest, id, state: 'paused' });
    const unpinned = await store.update(id, { serviceAccountId: null });
    expect(unpinned).not.toHaveProperty('serviceAccountId');
    expect(await store.get(id)).toEqual(unpinned);
  });

  it('refuses a patch whose result is invalid', async () => {
    const created = await store.create(draft());
    await expect(store.update(created.id, { name: '' })).rejects.toThrow('name');
    await expect(
      store.update(created.id, () => {
        throw new Error('not this one');
      }),
    ).rejects.toThrow('not this one');
    expect(await store.get(created.id)).toEqual(created);
  });

  it('loses none of many updates made at once', async () => {
    const { id } = await store.create(draft({ quota: { eventsPerSecond: 1 } }));
    const raise = ({ quota }: Connection) => ({ quota: { eventsPerSecond: quota.eventsPerSecond + 1 } });
    await Promise.all(Array.from({ length: 20 }, () => store.update(id, raise)));
    expect((await store.get(id))?.quota.eventsPerSecond).toBe(21);
  });

  it('keeps fields that a newer version wrote', async () => {
    const created = await store.create(draft());
    await redis.hset(recordsKey, created.id, JSON.stringify({ ...created, region: 'eu' }));
    await store.update(created.id, { name: 'Renamed' });
    expect(JSON.parse((await redis.hget(recordsKey, created.id)) ?? '')).toMatchObject({
      name: 'Renamed',
      region: 'eu',
    });
  });

  it('knows nothing of an id that was never there or was deleted', async () => {
    const { id } = await store.create(draft());
    expect(await store.delete(id)).toBe(true);
    expect(await store.delete(id)).toBe(false);
    expect(await store.get(id)).toBeUndefined();
    expect(await store.update(id, { name: 'x' })).toBeUndefined();
    expect(await redis.hlen(recordsKey)).toBe(0);
  });

  it('passes over a record that does not parse, tells of it, and can still delete it', async () => {
    const good = await store.create(draft());
    await redis.hset(recordsKey, 'broken', '{');
    expect(await store.list()).toEqual([good]);
    expect(await store.get('broken')).toBeUndefined();
    expect(await store.update('broken', { name: 'x' })).toBeUndefined();
    expect(unreadable).toEqual(['broken', 'broken', 'broken']);
    expect(await store.delete('broken')).toBe(true);
  });

  it('throws a transient error when Redis does not answer', async () => {
    const dead = connectRedis('redis://127.0.0.1:1', 'acknowledge', () => undefined);
    await expect(new ConnectionStore(dead).list()).rejects.toThrow(TransientError);
    disconnectRedis(dead);
  });
});

describe('ConnectionDirectory', () => {
  it('holds all connections once it has started', async () => {
    const one = await store.create(draft());
    const two = await store.create(draft({ tenantId: 'globex' }));
    const { directory } = await openDirectory();
    expect(directory.isLoaded).toBe(true);
    expect(directory.find(one.id)).toEqual(one);
    expect(directory.find('nobody')).toBeUndefined();
    expect(new Set(directory.all())).toEqual(new Set([one, two]));
  });

  it('sees a creation, an update and a deletion within a second at its default pace', async () => {
    const { directory, changed } = await openDirectory(400);
    const within = async (write: () => Promise<unknown>) => {
      const change = changed();
      await write();
      const writtenMs = performance.now();
      const [, now] = await change;
      expect(performance.now() - writtenMs).toBeLessThan(1_000);
      return now;
    };
    const wanted = draft();
    expect(await within(() => store.create(wanted))).toMatchObject(wanted);
    expect(await within(() => store.update(wanted.id, { state: 'paused' }))).toMatchObject({
      state: 'paused',
    });
    expect(await within(() => store.delete(wanted.id))).toBeUndefined();
    expect(directory.all()).toEqual([]);
  });

  it('tells only of what changed, and no longer once unsubscribed', async () => {
    await store.create(draft());
    const { directory, changed } = await openDirectory();
    const told: string[] = [];
    const unsubscribe = directory.onChange((id) => told.push(id));
    const second = draft();
    await Promise.all([changed(), store.create(second)]);
    expect(told).toEqual([second.id]);
    unsubscribe();
    await Promise.all([changed(), store.delete(second.id)]);
    expect(told).toEqual([second.id]);
  });

  it('passes over an unreadable record, counts and reports it once, and keeps the others', async () => {
    const good = await store.create(draft());
    await redis.hset(recordsKey, 'broken', '{"id":"broken"}', 'other', JSON.stringify({ ...good }));
    const { directory, errors, changed } = await openDirectory();
    expect(directory.all()).toEqual([good]);
    expect(directory.unreadable).toBe(2);
    await Promise.all([changed(), store.update(good.id, { name: 'again' })]);
    expect(errors.map(({ message }) => message).sort()).toEqual([
      'connection broken is unreadable and ignored',
      'connection other is unreadable and ignored',
    ]);
  });

  it('carries on when a listener throws', async () => {
    const { directory, failed, changed } = await openDirectory();
    directory.onChange(() => {
      throw new Error('listener');
    });
    const [[error]] = await Promise.all([failed(), store.create(draft())]);
    expect(error.cause).toEqual(new Error('listener'));
    await Promise.all([changed(), store.create(draft())]);
    expect(directory.all()).toHaveLength(2);
  });

  it('starts without Redis, keeps its last state when Redis goes, and catches up when it is back', async () => {
    const own = await startRedisServer();
    const link = connectRedis(own.url, 'control', () => undefined);
    const write = new ConnectionStore(link);
    const first = await write.create(draft());
    await own.kill();

    const failures = new EventEmitter();
    const directory = new ConnectionDirectory(link, {
      pollMs: 20,
      onError: (error) => failures.emit('failed', error),
    });
    directories.push(directory);
    directory.onChange((id) => failures.emit('change', id));
    await directory.start();
    expect(directory.isLoaded).toBe(false);
    expect(directory.all()).toEqual([]);

    await Promise.all([once(failures, 'change'), own.restart()]);
    expect(directory.find(first.id)).toEqual(first);

    await Promise.all([once(failures, 'failed'), own.kill()]);
    expect(directory.find(first.id)).toEqual(first);
    await expect(directory.pin(first.id, '1')).rejects.toThrow(TransientError);

    await own.restart();
    const second = draft();
    await Promise.all([once(failures, 'change'), write.create(second)]);
    expect(directory.find(second.id)).toMatchObject(second);
    await directory.stop();
    disconnectRedis(link);
    await own.stop();
  });
});

describe('ConnectionNotes', () => {
  it('keeps notes of a kind apart from the registry and from other kinds', async () => {
    const notes = new ConnectionNotes(redis, 'colour', z.enum(['red', 'blue']));
    const others = new ConnectionNotes(redis, 'size', z.string());
    await notes.save('a', 'red');
    expect(await notes.find('a')).toBe('red');
    expect(await others.find('a')).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await notes.delete('a');
    expect(await notes.find('a')).toBeUndefined();
  });

  it('throws on a note that does not match its schema, and on a Redis that is away', async () => {
    await new ConnectionNotes(redis, 'colour', z.string()).save('a', 'green');
    const strict = new ConnectionNotes(redis, 'colour', z.enum(['red', 'blue']));
    await expect(strict.find('a')).rejects.toThrow(z.ZodError);
    const dead = connectRedis('redis://127.0.0.1:1', 'acknowledge', () => undefined);
    await expect(new ConnectionNotes(dead, 'colour', z.string()).find('a')).rejects.toThrow(TransientError);
    disconnectRedis(dead);
  });
});

describe('pin', () => {
  it('stores the account once: the first wins, the same again is known, another is a conflict', async () => {
    const { id } = await store.create(draft());
    const { directory } = await openDirectory();
    expect(await directory.pin(id, '111')).toBe('pinned');
    expect(directory.find(id)?.serviceAccountId).toBe('111');
    expect(await directory.pin(id, '111')).toBe('already');
    expect(await directory.pin(id, '222')).toBe('conflict');
    expect((await store.get(id))?.serviceAccountId).toBe('111');
  });

  it('lets one of many processes win, and all of them know the winner at once', async () => {
    const { id } = await store.create(draft());
    // Directories that never poll again: what they know, they learned from the pin itself.
    const racing = await Promise.all(Array.from({ length: 8 }, () => openDirectory(60_000)));
    const outcomes = await Promise.all(racing.map(({ directory }, i) => directory.pin(id, String(i))));
    expect(outcomes.filter((outcome) => outcome === 'pinned')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(7);
    const winner = String(outcomes.indexOf('pinned'));
    expect(racing.map(({ directory }) => directory.find(id)?.serviceAccountId)).toEqual(
      Array(8).fill(winner),
    );
  });

  it('reaches the other directories as a change', async () => {
    const { id } = await store.create(draft());
    const [pinning, watching] = await Promise.all([openDirectory(), openDirectory()]);
    const [[changedId, now]] = await Promise.all([watching.changed(), pinning.directory.pin(id, '111')]);
    expect([changedId, now?.serviceAccountId]).toEqual([id, '111']);
  });

  it('is a conflict for a connection that is gone or unreadable', async () => {
    const { id } = await store.create(draft());
    const { directory } = await openDirectory();
    await store.delete(id);
    await redis.hset(recordsKey, 'broken', '{');
    expect(await directory.pin(id, '111')).toBe('conflict');
    expect(await directory.pin('broken', '111')).toBe('conflict');
    expect(await redis.hget(recordsKey, 'broken')).toBe('{');
  });

  it('is not undone by a poll that read the registry before it', async () => {
    const { id } = await store.create(draft());
    const events = new EventEmitter();
    const released = once(events, 'release');
    const slow = slowToHear(redis, 'HGETALL', async () => {
      events.emit('read');
      await released;
    });
    const directory = new ConnectionDirectory(slow, { pollMs: 60_000 });
    directories.push(directory);
    const read = once(events, 'read');
    const started = directory.start();
    await read;
    expect(await directory.pin(id, '111')).toBe('pinned');
    await store.update(id, { name: 'meanwhile' });
    events.emit('release');
    await started;
    expect(directory.find(id)).toMatchObject({ serviceAccountId: '111', name: 'Acme' });
    await directory.start();
    expect(directory.find(id)).toMatchObject({ serviceAccountId: '111', name: 'meanwhile' });
  });
});

/** The same Redis, whose answer to scripts that contain `marker` arrives only after `hold`. */
function slowToHear(target: Redis, marker: string, hold: () => Promise<void>): Redis {
  const evaluate = async (script: string, ...rest: [number, ...string[]]) => {
    const answer = await target.eval(script, ...rest);
    if (script.includes(marker)) await hold();
    return answer;
  };
  return new Proxy(target, {
    get: (object, name) => {
      if (name === 'eval') return evaluate;
      const value: unknown = Reflect.get(object, name);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}
