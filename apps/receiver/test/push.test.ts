import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import { ConnectionStore, newConnectionId } from '#connections';
import { receivedBatch, receivedHeader, unseal, type Connection } from '#contracts';
import { loadConfig } from '#config';
import { Probes } from '#observability';
import { QueueInspector } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startGoogleIdentity, startRedisServer, type GoogleIdentity, type RedisServer } from '#testing';
import { PushServer } from '../src/push-server.js';
import { receiverConfig } from '../src/receiver.config.js';
import { ReceiverModule } from '../src/receiver.module.js';

const entry = '{"insertId":"a","n":9007199254740993,"__proto__":{},\n "u":"\\ud800"}';

describe('the receiver', () => {
  let redis: RedisServer;
  let client: Redis;
  let google: GoogleIdentity;
  let app: INestApplicationContext;
  let inspector: QueueInspector;
  let store: ConnectionStore;
  let acme: Connection;
  let beta: Connection;
  let url: string;

  beforeAll(async () => {
    [redis, google] = await Promise.all([startRedisServer(), startGoogleIdentity()]);
    client = connectRedis(redis.url, 'control', () => undefined);
    store = new ConnectionStore(client);
    acme = await connect('acme');
    beta = await connect('beta');
    app = await boot();
    inspector = new QueueInspector({ redisUrl: redis.url, shards: 1, onError: () => undefined });
  });
  afterAll(async () => {
    await app.close();
    inspector.close();
    disconnectRedis(client);
    await Promise.all([redis.stop(), google.stop()]);
  });

  async function boot(environment: Record<string, string> = {}): Promise<INestApplicationContext> {
    const config = loadConfig(receiverConfig, {
      REDIS_URL: redis.url,
      OIDC_JWKS_URL: google.jwksUrl,
      HOST: '127.0.0.1',
      PORT: '0',
      HEALTH_PORT: '0',
      COMMIT_DEADLINE_MS: '500',
      ...environment,
    });
    const booted = await NestFactory.createApplicationContext(
      ReceiverModule.configured({ ...config, PORT: 0, HEALTH_PORT: 0 }),
      { logger: false, abortOnError: false },
    );
    url = booted.get(PushServer).url;
    return booted;
  }

  function connect(tenantId: string, eventsPerSecond = 1_000): Promise<Connection> {
    return store.create({
      id: newConnectionId(),
      tenantId,
      name: tenantId,
      serviceAccountEmail: `push@${tenantId}.iam.gserviceaccount.com`,
      audience: `https://floodgate.test/${tenantId}`,
      subscription: `projects/${tenantId}/subscriptions/floodgate`,
      quota: { eventsPerSecond },
    });
  }

  const account = ({ serviceAccountEmail, audience, tenantId }: Connection) => ({
    email: serviceAccountEmail,
    audience,
    uniqueId: tenantId === 'acme' ? '1001' : '1002',
  });
  const envelope = (data: string | undefined, connection: Connection, messageId = '2070443601311540') =>
    JSON.stringify({
      message: {
        data,
        messageId,
        message_id: messageId,
        publishTime: '2026-02-03T04:05:06.789Z',
        attributes: { __proto__x: 'y' },
      },
      subscription: connection.subscription,
    });
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  type Options = {
    to?: Connection;
    body?: string | Buffer;
    headers?: Record<string, string>;
    token?: string | null;
  };
  async function push({
    to = acme,
    body = envelope(base64(entry), to),
    headers = {},
    token,
  }: Options = {}): Promise<number> {
    const bearer = token === undefined ? await google.token(account(to)) : token;
    const response = await fetch(`${url}/v1/push/${to.id}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
    });
    expect(await response.text()).toBe('');
    return response.status;
  }

  /** Everything that the queue holds, oldest first. */
  async function stored() {
    const ids = (await client.lrange('{received-0}:received:wait', 0, -1)).reverse();
    const frames = await Promise.all(
      ids.map(async (id) => {
        const data = receivedBatch.schema.parse(
          JSON.parse((await client.hget(`{received-0}:received:${id}`, 'data')) ?? ''),
        );
        const { header, payloads } = await unseal(data, receivedHeader);
        return header.events.map((event, index) => ({
          ...event,
          connection: header.connections[event.c],
          payload: payloads[index]?.toString() ?? '',
        }));
      }),
    );
    return frames.flat();
  }

  async function metric(name: string): Promise<{ labels: Record<string, unknown>; value: number }[]> {
    const found = await app.get(Registry).getSingleMetric(name)?.get();
    return (found?.values ?? []) as { labels: Record<string, unknown>; value: number }[];
  }
  async function refusals(): Promise<Record<string, number>> {
    const values = await metric('floodgate_receiver_refused_total');
    const counts: Record<string, number> = {};
    for (const { labels, value } of values)
      counts[String(labels['reason'])] = (counts[String(labels['reason'])] ?? 0) + value;
    return counts;
  }

  it('answers 204 once the event is in the queue, byte for byte, under its own tenant', async () => {
    expect(await push()).toBe(204);
    const event = (await stored()).at(-1);
    expect(event).toMatchObject({
      connection: { id: acme.id, tenantId: 'acme' },
      messageId: '2070443601311540',
      publishTime: '2026-02-03T04:05:06.789Z',
      payload: entry,
    });
  });

  it('takes an unwrapped push with its metadata', async () => {
    const headers = {
      'x-goog-pubsub-message-id': '77',
      'x-goog-pubsub-subscription-name': beta.subscription,
      'x-goog-pubsub-publish-time': '2026-02-03T04:05:07Z',
      tenant: 'acme',
    };
    expect(await push({ to: beta, body: entry, headers })).toBe(204);
    expect((await stored()).at(-1)).toMatchObject({
      connection: { tenantId: 'beta' },
      messageId: '77',
      payload: entry,
    });
  });

  it('commits pushes that come together as one job', async () => {
    const before = (await metric('floodgate_receiver_batch_events_count')).length;
    const jobs = async () => (await inspector.inspect()).reduce((sum, { waiting }) => sum + waiting, 0);
    const jobsBefore = await jobs();
    const statuses = await Promise.all(
      Array.from({ length: 100 }, (_, index) => push({ body: envelope(base64(entry), acme, String(index)) })),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect((await jobs()) - jobsBefore).toBeLessThan(60);
    expect(before).toBe(0);
  });

  it('refuses each wrong identity for its own reason, and stores nothing of it', async () => {
    const right = account(acme);
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const cases: [string, number, string | null][] = [
      ['token_missing', 401, null],
      ['token_malformed', 401, 'no.token'],
      ['token_algorithm', 401, await google.token(right, {}, 'none')],
      ['token_algorithm', 401, await google.token(right, {}, 'HS256')],
      ['token_key_unknown', 401, await google.token(right, {}, 'unknown key')],
      ['token_signature', 401, await google.token(right, {}, 'other key')],
      ['token_issuer', 401, await google.token(right, { iss: 'https://evil.test' })],
      ['token_expired', 401, await google.token(right, { iat: nowSeconds - 7_200, exp: nowSeconds - 120 })],
      ['token_not_yet_valid', 401, await google.token(right, { iat: nowSeconds + 300 })],
      ['token_audience', 403, await google.token(right, { aud: 'https://floodgate.test/other' })],
      ['token_audience', 403, await google.token(right, { aud: [right.audience, 'x'] })],
      ['token_audience', 403, await google.token(account(beta))],
      ['email_unverified', 403, await google.token(right, { email_verified: false })],
      ['email_unverified', 403, await google.token(right, { email_verified: 'true' })],
      ['service_account', 403, await google.token(right, { email: 'someone@else.iam.gserviceaccount.com' })],
      ['service_account_changed', 403, await google.token(right, { sub: '999' })],
    ];
    const before = await stored();
    for (const [reason, status, token] of cases) {
      const countBefore = (await refusals())[reason] ?? 0;
      expect([reason, await push({ token })]).toEqual([reason, status]);
      expect([reason, (await refusals())[reason]]).toEqual([reason, countBefore + 1]);
    }
    expect(await push({ body: envelope(base64(entry), beta) })).toBe(403);
    expect((await refusals())['subscription']).toBe(1);
    expect(await stored()).toEqual(before);
  });

  it('knows no connection by a guessed id', async () => {
    const response = await fetch(`${url}/v1/push/guessed`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect((await refusals())['unknown_connection']).toBe(1);
  });

  it('quarantines what is authentic but unreadable, with its body as it came', async () => {
    const cases: [string, string | Buffer][] = [
      ['not_a_push', 'no JSON at all'],
      ['not_a_push', '{"message":{"data":"e30="}}'],
      ['bad_base64', envelope('no base64!', acme)],
      ['bad_base64', envelope('e30', acme)],
      ['empty', envelope(undefined, acme)],
      ['empty', envelope('', acme)],
    ];
    for (const [reason, body] of cases) {
      expect([reason, await push({ body })]).toEqual([reason, 204]);
      expect((await stored()).at(-1)).toMatchObject({ refused: reason, payload: body });
    }
  });

  it('keeps the beginning of a body that is larger than Pub/Sub ever sends', async () => {
    expect(await push({ body: Buffer.alloc(15 * 1024 * 1024, 0x61) })).toBe(204);
    const event = (await stored()).at(-1);
    expect(event).toMatchObject({ refused: 'body_too_large' });
    expect(event?.payload.length).toBe(64 * 1024);
  });

  it('takes the largest message that Pub/Sub sends', async () => {
    const data = Buffer.alloc(10_000_000, 0x20).toString('base64');
    expect(await push({ body: envelope(data, acme) })).toBe(204);
    expect((await stored()).at(-1)?.payload.length).toBe(10_000_000);
  });

  it('refuses a compressed body unread', async () => {
    expect(await push({ headers: { 'content-encoding': 'gzip' } })).toBe(415);
  });

  it('pins the first account id, so that a re-created account is not the same', async () => {
    const gamma = await connect('gamma');
    await eventually(() => push({ to: gamma }), 204);
    expect((await store.get(gamma.id))?.serviceAccountId).toBe('1002');
    const reborn = await google.token({ ...account(gamma), uniqueId: '31337' });
    expect(await push({ to: gamma, token: reborn })).toBe(403);
  });

  it('holds a paused connection in Google within a second, and a deleted one', async () => {
    const delta = await connect('delta');
    await eventually(() => push({ to: delta }), 204);
    await store.update(delta.id, { state: 'paused' });
    await eventually(() => push({ to: delta }), 429);
    await store.delete(delta.id);
    await eventually(() => push({ to: delta }), 404);
  });

  it('answers a connection over its quota 429, and only that one', async () => {
    const small = await connect('small', 1);
    await eventually(() => push({ to: small }), 204);
    const statuses = [];
    for (let index = 0; index < 6; index += 1) statuses.push(await push({ to: small }));
    expect(statuses).toContain(429);
    expect(await push()).toBe(204);
  });

  it('asks for an unknown key once, however many made-up tokens come', async () => {
    const before = google.fetches;
    const token = await google.token(account(acme), {}, 'unknown key');
    await Promise.all(Array.from({ length: 50 }, () => push({ token })));
    expect(google.fetches - before).toBeLessThanOrEqual(1);
  });

  it('answers 503 while Redis is away, quickly, and recovers by itself', async () => {
    await redis.kill();
    await eventually(() => push(), 503);
    const startedMs = performance.now();
    expect(await push()).toBe(503);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    await redis.restart();
    await eventually(() => push(), 204);
  });

  it('sheds everybody while the queues are full, and takes pushes again when they are not', async () => {
    const shed = await boot({ QUEUES_MAX_BYTES: '1000' });
    await eventually(() => push(), 503);
    expect(await shed.get(Registry).metrics()).toMatch(
      /refused_total\{reason="backlog_full",connection="[^"]+"\} [1-9]/,
    );
    await client.del('{received-0}:received:wait');
    await eventually(() => push(), 204);
    await shed.close();
    await app.close();
    app = await boot();
  });

  it('refuses readiness, and says what to change, when Redis is not durable', async () => {
    await client.config('SET', 'appendfsync', 'everysec');
    const problems = await app.get(Probes).readinessProblems();
    expect(problems.join()).toContain('CONFIG SET appendfsync always');
    await client.config('SET', 'appendfsync', 'always');
    expect(await app.get(Probes).readinessProblems()).toEqual([]);
  });

  /** Pushes until the wanted answer comes; the test's own time-out bounds it. */
  async function eventually(attempt: () => Promise<number>, wanted: number): Promise<void> {
    while ((await attempt()) !== wanted) await new Promise(setImmediate);
  }
});
