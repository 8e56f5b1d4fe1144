import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  startLocalGoogle,
  type LocalGoogle,
  type SubscriptionOptions,
  type SubscriptionStats,
} from '../index.js';

type Seen = { headers: IncomingHttpHeaders; body: string; atMs: number };

const name = 'projects/acme/subscriptions/floodgate';

describe('the local Google', () => {
  let endpoint: Server;
  let google: LocalGoogle;
  let seen: Seen[];
  let acked: string[];
  /** What the endpoint answers to its n-th push; `undefined` never answers. */
  let answer: (attempt: number) => number | undefined;

  beforeEach(async () => {
    seen = [];
    acked = [];
    answer = () => 204;
    endpoint = createServer((request, response) => {
      void text(request).then((body) => {
        seen.push({ headers: request.headers, body, atMs: performance.now() });
        const status = answer(seen.length);
        if (status !== undefined) response.writeHead(status).end();
      });
    });
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    google = await startLocalGoogle({ onAcked: (_, messageId) => acked.push(messageId) });
  });
  afterEach(async () => {
    await google.stop();
    endpoint.closeAllConnections();
    endpoint.close();
  });

  function subscribe(options: Partial<SubscriptionOptions> = {}): void {
    const { port } = endpoint.address() as AddressInfo;
    google.addSubscription({
      name,
      pushEndpoint: `http://127.0.0.1:${String(port)}/v1/push/x`,
      audience: 'https://floodgate.test/push',
      serviceAccountEmail: 'push@acme.iam.gserviceaccount.com',
      serviceAccountId: '1001',
      minRetryDelayMs: 10,
      maxRetryDelayMs: 50,
      ...options,
    });
  }
  function stats(): SubscriptionStats {
    const [first] = google.stats();
    if (!first) throw new Error('there are no stats');
    return first;
  }

  it('pushes each message in one request, wrapped, with a token that verifies', async () => {
    subscribe();
    const id = google.publish(name, Buffer.from('{"a":"é"}'), { attributes: { k: 'v' } });
    await google.drained();
    const [push] = seen;
    const { message, subscription } = JSON.parse(push?.body ?? '') as {
      message: Record<string, string>;
      subscription: string;
    };
    expect(subscription).toBe(name);
    expect(message).toMatchObject({
      messageId: id,
      message_id: id,
      attributes: { k: 'v' },
      publish_time: message['publishTime'],
    });
    expect(Buffer.from(message['data'] ?? '', 'base64').toString()).toBe('{"a":"é"}');
    const token = push?.headers.authorization?.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(google.jwksUrl)), {
      issuer: 'https://accounts.google.com',
      audience: 'https://floodgate.test/push',
    });
    expect(payload).toMatchObject({
      email: 'push@acme.iam.gserviceaccount.com',
      email_verified: true,
      sub: '1001',
    });
    expect(acked).toEqual([id]);
  });

  it('pushes unwrapped with its metadata in headers', async () => {
    subscribe({ wrapped: false });
    const id = google.publish(name, Buffer.from('raw'), { attributes: { tenant: 'x' } });
    await google.drained();
    expect(seen[0]?.body).toBe('raw');
    expect(seen[0]?.headers).toMatchObject({
      'x-goog-pubsub-message-id': id,
      'x-goog-pubsub-subscription-name': name,
      tenant: 'x',
    });
  });

  it('redelivers what was not acknowledged, with the same id and time', async () => {
    subscribe();
    answer = (attempt) => [503, 429, 301, 204][attempt - 1];
    google.publish(name, Buffer.from('x'));
    await google.drained();
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(stats()).toMatchObject({
      acked: 1,
      pushAttempts: 4,
      nackedByCode: { 503: 1, 429: 1, 301: 1 },
      undelivered: 0,
    });
  });

  it('takes silence past the ack deadline, and a dead connection, for no', async () => {
    subscribe({ ackDeadlineSeconds: 0.05 });
    answer = (attempt) => (attempt === 1 ? undefined : 204);
    google.publish(name, Buffer.from('x'));
    await google.drained();
    expect(stats().nackedByCode).toEqual({ deadline_exceeded: 1 });
  });

  it('rests the whole subscription after a nack', async () => {
    subscribe();
    answer = (attempt) => (attempt === 1 ? 500 : 204);
    google.publish(name, Buffer.from('first'));
    while (stats().nackedByCode['500'] === undefined) await new Promise(setImmediate);
    google.publish(name, Buffer.from('second'));
    await google.drained();
    expect((seen[1]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThan(90);
  });

  it('starts with few requests at once and opens up with success', async () => {
    subscribe();
    for (let index = 0; index < 200; index += 1) google.publish(name, Buffer.from(String(index)));
    expect(stats().outstanding).toBeLessThanOrEqual(4);
    await google.drained();
    expect(stats().window).toBeGreaterThan(100);
    expect(new Set(acked).size).toBe(200);
  });

  it('delivers again what was acknowledged, when told to', async () => {
    subscribe();
    google.publish(name, Buffer.from('x'), { duplicates: 2 });
    await google.drained();
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(stats()).toMatchObject({ acked: 1, undelivered: 0 });
  });

  it('shows its subscriptions, and their backlog, over HTTP', async () => {
    subscribe();
    answer = () => 503;
    google.publish(name, Buffer.from('x'));
    while (stats().nackedByCode['503'] === undefined) await new Promise(setImmediate);
    const response = await fetch(`${google.url}/v1/subscriptions`);
    expect(await response.json()).toMatchObject({ subscriptions: [{ name, undelivered: 1 }] });
  });
});
