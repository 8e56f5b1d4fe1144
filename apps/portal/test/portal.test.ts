import 'reflect-metadata';
import { EventEmitter, once } from 'node:events';
import { setTimeout as deadline } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '#config';
import { ConnectionDirectory } from '#connections';
import { connection as connectionSchema } from '#contracts';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { freePort, startRedisServer, type RedisServer } from '#testing';
import type { ConnectionAnswer, Problem } from '../src/connection-api.js';
import { portalConfig } from '../src/portal.config.js';
import { PortalModule } from '../src/portal.module.js';

const token = 'an-admin-token-of-at-least-32-characters';
const lines: string[] = [];
const collect = (line: unknown) => lines.push(String(line));
const logger: LoggerService = { log: collect, warn: collect, error: collect };

let server: RedisServer;
let redis: Redis;
let app: NestFastifyApplication;
let base: string;
let health: string;
const routes: string[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  redis = connectRedis(server.url, 'control', () => undefined);
  const healthPort = await freePort();
  const config = loadConfig(portalConfig, {
    REDIS_URL: server.url,
    HOST: '127.0.0.1',
    HEALTH_PORT: String(healthPort),
    ADMIN_TOKEN: token,
    PUBLIC_URL: 'https://ingest.example.com/',
  });
  const adapter = PortalModule.adapter();
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((one) => `${one} ${url}`));
  });
  app = await NestFactory.create<NestFastifyApplication>(PortalModule.configured(config), adapter, {
    logger,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  base = await app.getUrl();
  health = `http://127.0.0.1:${String(healthPort)}`;
});
afterAll(async () => {
  await app.close();
  disconnectRedis(redis);
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  lines.length = 0;
});

type Options = { method?: string; body?: unknown; raw?: string; headers?: Record<string, string> };

async function call(path: string, { method = 'GET', body, raw, headers = {} }: Options = {}) {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await response.text();
  const parsed: unknown = answer === '' ? undefined : JSON.parse(answer);
  return { status: response.status, headers: response.headers, body: parsed };
}

const google = { scope: 'organization', scopeId: '123456789012', projectId: 'acme-logs' };
const wanted = { tenantId: 'acme', name: 'Acme production', google };

async function create(body: object = wanted): Promise<ConnectionAnswer> {
  const answer = await call('/api/v1/connections', { method: 'POST', body });
  expect(answer.status).toBe(201);
  return answer.body as ConnectionAnswer;
}

const patch = (id: string, body: unknown) => call(`/api/v1/connections/${id}`, { method: 'PATCH', body });
const audited = () =>
  lines.filter((line) => line.startsWith('{"at"')).map((line) => JSON.parse(line) as object);

describe('POST /api/v1/connections', () => {
  it('connects an organization from the few facts that are needed', async () => {
    const answer = await call('/api/v1/connections', { method: 'POST', body: wanted });
    const { connection, pushUrl, setup } = answer.body as ConnectionAnswer;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/connections/${connection.id}`);
    expect(connectionSchema.parse(connection)).toEqual({
      id: expect.stringMatching(/^[\w-]{32}$/),
      tenantId: 'acme',
      name: 'Acme production',
      serviceAccountEmail: 'floodgate-push@acme-logs.iam.gserviceaccount.com',
      audience: pushUrl,
      subscription: 'projects/acme-logs/subscriptions/floodgate-audit',
      state: 'active',
      quota: { eventsPerSecond: 1_000 },
      createdAt: expect.any(String),
    });
    expect(pushUrl).toBe(`https://ingest.example.com/v1/push/${connection.id}`);
    for (const script of [setup?.terraform, setup?.gcloud]) expect(script).toContain(pushUrl);
    expect(setup?.terraform).toContain('org_id = "123456789012"');
    expect(setup?.gcloud).toContain("'--organization=123456789012'");
  });

  it('takes names, quota, account id and audience when they are given', async () => {
    const { connection, setup } = await create({
      ...wanted,
      google: {
        scope: 'folder',
        scopeId: '42',
        projectId: 'acme-logs',
        topic: 'my-topic',
        subscription: 'my-subscription',
        sink: 'my-sink',
        serviceAccount: 'my-pusher',
      },
      quota: { eventsPerSecond: 5 },
      serviceAccountId: '112233',
      audience: 'floodgate:acme',
    });
    expect(connection).toMatchObject({
      serviceAccountEmail: 'my-pusher@acme-logs.iam.gserviceaccount.com',
      serviceAccountId: '112233',
      subscription: 'projects/acme-logs/subscriptions/my-subscription',
      audience: 'floodgate:acme',
      quota: { eventsPerSecond: 5 },
    });
    for (const name of ['42', 'my-topic', 'my-subscription', 'my-sink', 'my-pusher', 'floodgate:acme']) {
      expect(setup?.terraform).toContain(`"${name}"`);
    }
  });

  it('reports every problem at once, by field, and stores nothing', async () => {
    const body = { tenantId: 'A/..', name: '', google: { ...google, scopeId: 'x', topic: 'a b' }, extra: 1 };
    const answer = await call('/api/v1/connections', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const { errors = [], ...rest } = answer.body as Problem;
    expect(rest).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_request',
    });
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '',
      'google.scopeId',
      'google.topic',
      'name',
      'tenantId',
    ]);
    expect(await redis.dbsize()).toBe(0);
  });

  const injections = [
    "'; touch /tmp/owned; '",
    '$(id)',
    '`id`',
    '"; id; "',
    '${file("/etc/passwd")}',
    '%{for}',
    'a\nb',
    '../..',
    'a\u0000b',
    '--project=evil',
    ' ',
    '\u2028',
  ];
  const fields: [string, (value: string) => object][] = [
    ['tenantId', (value) => ({ ...wanted, tenantId: value })],
    ['google.scope', (value) => ({ ...wanted, google: { ...google, scope: value } })],
    ['google.scopeId', (value) => ({ ...wanted, google: { ...google, scopeId: value } })],
    [
      'google.scopeId of a project',
      (value) => ({ ...wanted, google: { ...google, scope: 'project', scopeId: value } }),
    ],
    ['google.projectId', (value) => ({ ...wanted, google: { ...google, projectId: value } })],
    ['google.topic', (value) => ({ ...wanted, google: { ...google, topic: value } })],
    ['google.subscription', (value) => ({ ...wanted, google: { ...google, subscription: value } })],
    ['google.sink', (value) => ({ ...wanted, google: { ...google, sink: value } })],
    ['google.serviceAccount', (value) => ({ ...wanted, google: { ...google, serviceAccount: value } })],
    ['serviceAccountId', (value) => ({ ...wanted, serviceAccountId: value })],
    ['quota.eventsPerSecond', (value) => ({ ...wanted, quota: { eventsPerSecond: value } })],
  ];
  it.each(fields)('refuses every injection into %s', async (field, bodyWith) => {
    for (const value of injections) {
      const answer = await call('/api/v1/connections', { method: 'POST', body: bodyWith(value) });
      const { errors = [] } = answer.body as Problem;
      expect([value, answer.status, errors.map(({ path }) => path)]).toEqual([
        value,
        400,
        [field.split(' ')[0]],
      ]);
    }
    expect(await redis.dbsize()).toBe(0);
  });

  it('keeps the free text of a name out of the scripts, and its control characters out altogether', async () => {
    for (const name of injections) {
      const answer = await call('/api/v1/connections', { method: 'POST', body: { ...wanted, name } });
      expect([name, answer.status]).toEqual([name, /[\n\0\u2028]/.test(name) ? 400 : 201]);
      if (answer.status === 400 || name === ' ') continue;
      const { setup } = answer.body as ConnectionAnswer;
      expect(`${String(setup?.terraform)}${String(setup?.gcloud)}`).not.toContain(name);
    }
  });

  it('escapes an audience that it takes, and refuses one with spaces or line breaks', async () => {
    const { setup } = await create({ ...wanted, audience: `'$(id)"\${x}%{y}` });
    expect(setup?.gcloud).toContain(`--push-auth-token-audience=''\\''$(id)"\${x}%{y}'\n`);
    expect(setup?.terraform).toContain(`audience              = "'$(id)\\"$\${x}%%{y}"\n`);
    for (const audience of ['a b', 'a\nb', 'é', '']) {
      const answer = await call('/api/v1/connections', { method: 'POST', body: { ...wanted, audience } });
      expect(answer.status).toBe(400);
    }
  });

  it.each([
    ['no body', undefined, 400],
    ['half a body', '{', 400],
    ['a list', '[]', 400],
    ['null', 'null', 400],
    ['a prototype', '{"__proto__":{"tenantId":"acme"}}', 400],
    ['a body that is too large', JSON.stringify({ ...wanted, name: 'x'.repeat(70_000) }), 413],
  ])('answers a problem to %s', async (_, raw, status) => {
    const answer = await call('/api/v1/connections', {
      method: 'POST',
      ...(raw === undefined ? {} : { raw }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'about:blank', status });
  });

  it('answers a problem to a body that is not JSON', async () => {
    const answer = await call('/api/v1/connections', {
      method: 'POST',
      raw: 'a=b',
      headers: { 'content-type': 'application/xml' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });
});

describe('GET /api/v1/connections', () => {
  it('lists all connections, and shows one with its set-up as it was created', async () => {
    const first = await create();
    const second = await create({ ...wanted, tenantId: 'globex' });
    const list = await call('/api/v1/connections');
    expect(list).toMatchObject({ status: 200, body: { connections: [first.connection, second.connection] } });
    expect((await call(`/api/v1/connections/${first.connection.id}`)).body).toEqual(first);
  });

  it('shows no set-up for a connection that was made elsewhere or whose inputs are unreadable', async () => {
    const { connection } = await create();
    await redis.hset('floodgate:{connections}:notes:setup', connection.id, '{');
    expect((await call(`/api/v1/connections/${connection.id}`)).body).toMatchObject({
      connection,
      setup: null,
    });
    await redis.del('floodgate:{connections}:notes:setup');
    expect((await call(`/api/v1/connections/${connection.id}`)).body).toMatchObject({
      connection,
      setup: null,
    });
  });
});

describe('PATCH /api/v1/connections/:id', () => {
  it('changes what it is given, and the scripts follow', async () => {
    const { connection } = await create();
    const answer = await patch(connection.id, {
      name: 'Renamed',
      state: 'paused',
      quota: { eventsPerSecond: 7 },
      serviceAccountEmail: 'other-pusher@acme-logs.iam.gserviceaccount.com',
      subscription: 'projects/acme-logs/subscriptions/other',
      audience: 'other-audience',
    });
    const { connection: changed, setup } = answer.body as ConnectionAnswer;
    expect(answer.status).toBe(200);
    expect(changed).toEqual({
      ...connection,
      name: 'Renamed',
      state: 'paused',
      quota: { eventsPerSecond: 7 },
      serviceAccountEmail: 'other-pusher@acme-logs.iam.gserviceaccount.com',
      subscription: 'projects/acme-logs/subscriptions/other',
      audience: 'other-audience',
    });
    for (const name of ['other-pusher', 'other', 'other-audience'])
      expect(setup?.terraform).toContain(`"${name}"`);
    expect((await call(`/api/v1/connections/${connection.id}`)).body).toEqual(answer.body);
  });

  it('pins an account and takes the pin away', async () => {
    const { connection } = await create();
    expect((await patch(connection.id, { serviceAccountId: '42' })).body).toMatchObject({
      connection: { serviceAccountId: '42' },
    });
    const { connection: unpinned } = (await patch(connection.id, { serviceAccountId: null }))
      .body as ConnectionAnswer;
    expect(unpinned).toEqual(connection);
  });

  it.each([
    [{ tenantId: 'globex' }, ''],
    [{ id: 'x'.repeat(32) }, ''],
    [{ createdAt: '2020-01-01T00:00:00Z' }, ''],
    [{ state: 'deleted' }, 'state'],
    [{ name: 'a\nb' }, 'name'],
    [{ quota: { eventsPerSecond: 0 } }, 'quota.eventsPerSecond'],
    [{ serviceAccountEmail: "x'$(id)@acme-logs.iam.gserviceaccount.com" }, 'serviceAccountEmail'],
    [{ serviceAccountEmail: 'floodgate-push@other-logs.iam.gserviceaccount.com' }, 'serviceAccountEmail'],
    [{ serviceAccountId: '1;id' }, 'serviceAccountId'],
    [{ subscription: 'projects/acme-logs/subscriptions/$(id)' }, 'subscription'],
    [{ subscription: 'projects/acme-logs/topics/x' }, 'subscription'],
    [{ audience: 'a b' }, 'audience'],
  ])('refuses %j', async (body, path) => {
    const { connection } = await create();
    const answer = await patch(connection.id, body);
    expect(answer.status).toBe(400);
    expect((answer.body as Problem).errors?.map((error) => error.path)).toEqual([path]);
    expect((await call(`/api/v1/connections/${connection.id}`)).body).toMatchObject({ connection });
  });
});

describe('an id that is not there', () => {
  it.each(['nobody', '%2e%2e%2fx', "'%20or%20'1", 'x'.repeat(90)])(
    'is answered 404 by every method: %s',
    async (id) => {
      for (const options of [{}, { method: 'PATCH', body: { name: 'x' } }, { method: 'DELETE' }]) {
        const answer = await call(`/api/v1/connections/${id}`, options);
        expect(answer).toMatchObject({ status: 404, body: { title: 'Not Found', code: 'not_found' } });
      }
      expect(await redis.dbsize()).toBe(0);
    },
  );

  it('is answered the same after a deletion, and nothing of the connection is left', async () => {
    const { connection } = await create();
    const path = `/api/v1/connections/${connection.id}`;
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await call(path, { method: 'DELETE' })).status).toBe(404);
    expect((await call(path)).status).toBe(404);
    expect(await redis.keys('*')).toEqual(['floodgate:{connections}:version']);
  });
});

describe('the bearer token', () => {
  const without = [
    ['GET', '/api/v1/connections'],
    ['POST', '/api/v1/connections'],
    ['GET', '/api/v1/connections/x'],
    ['PATCH', '/api/v1/connections/x'],
    ['DELETE', '/api/v1/connections/x'],
  ] as const;

  it.each(without)('is asked for by %s %s', async (method, path) => {
    const body = method === 'POST' ? wanted : method === 'PATCH' ? { name: 'x' } : undefined;
    for (const authorization of ['', 'Bearer', `Basic ${token}`, token]) {
      const answer = await call(path, { method, body, headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="floodgate"');
    }
    expect(await redis.dbsize()).toBe(0);
  });

  it('is refused when it is wrong in any way, and named in no log line', async () => {
    for (const wrong of [`${token}x`, token.slice(0, -1), token.toUpperCase(), `${token} ${token}`, 'x']) {
      const answer = await call('/api/v1/connections', { headers: { authorization: `Bearer ${wrong}` } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer realm="floodgate"');
    }
    await create();
    expect(lines.join('\n').toLowerCase()).not.toContain(token);
  });
});

describe('the registry', () => {
  it('shows a change to every directory within a second', async () => {
    const changes = new EventEmitter();
    const directories = Array.from({ length: 3 }, () => new ConnectionDirectory(redis));
    await Promise.all(directories.map((directory) => directory.start()));
    directories.forEach((directory, i) => directory.onChange((id) => changes.emit(`${String(i)} ${id}`)));
    const everywhere = (id: string) =>
      Promise.all(directories.map((_, i) => once(changes, `${String(i)} ${id}`)));
    const within = async (id: string, change: Promise<unknown>) => {
      await change;
      const late = deadline(1_000, undefined, { ref: false }).then(() =>
        Promise.reject(new Error('too late')),
      );
      await Promise.race([everywhere(id), late]);
    };
    const { connection } = await create();
    await within(connection.id, Promise.resolve());
    await within(connection.id, patch(connection.id, { state: 'paused' }));
    expect(directories.map((directory) => directory.find(connection.id)?.state)).toEqual([
      'paused',
      'paused',
      'paused',
    ]);
    await within(connection.id, call(`/api/v1/connections/${connection.id}`, { method: 'DELETE' }));
    expect(directories.flatMap((directory) => directory.all())).toEqual([]);
    await Promise.all(directories.map((directory) => directory.stop()));
  });
});

describe('the audit trail', () => {
  it('has one line for each change: who, what and when, and none for what was refused', async () => {
    const { connection } = await create();
    await patch(connection.id, { name: 'Renamed "x"' });
    await patch(connection.id, { name: '' });
    await patch('nobody', { name: 'x' });
    await call(`/api/v1/connections/${connection.id}`, { method: 'DELETE' });
    const common = { at: expect.any(String), by: 'admin', from: '127.0.0.1', connectionId: connection.id };
    expect(audited()).toEqual([
      { ...common, action: 'connection.created', connection },
      { ...common, action: 'connection.changed', tenantId: 'acme', changes: { name: 'Renamed "x"' } },
      { ...common, action: 'connection.deleted' },
    ]);
  });
});

describe('the OpenAPI document', () => {
  type Operation = { security?: []; responses: Record<string, unknown> };
  type Document = {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { properties: Record<string, { pattern?: string }> }> };
  };
  const read = async () =>
    (await call('/api/v1/openapi.json', { headers: { authorization: '' } })).body as Document;

  it('is served without a token and describes exactly the routes that exist', async () => {
    const { openapi, paths } = await read();
    expect(openapi).toMatch(/^3\.1\./);
    const described = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual(routes.filter((route) => !route.startsWith('HEAD ')).sort());
  });

  it('refers only to schemas that it holds', async () => {
    const document = await read();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(5);
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('carries the rules that requests are checked with', async () => {
    const { schemas } = (await read()).components;
    expect(schemas['NewConnection']?.properties['tenantId']?.pattern).toBe('^[a-z0-9][a-z0-9-]{0,62}$');
    expect(Object.keys(schemas['ConnectionChanges']?.properties ?? {}).sort()).toEqual([
      'audience',
      'name',
      'quota',
      'serviceAccountEmail',
      'serviceAccountId',
      'state',
      'subscription',
    ]);
  });
});

describe('the health port', () => {
  it('is live and ready, and counts requests by route and status', async () => {
    await call('/api/v1/connections/nobody');
    await call('/nowhere');
    expect((await fetch(`${health}/livez`)).status).toBe(200);
    expect((await fetch(`${health}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${health}/metrics`)).text();
    expect(metrics).toMatch(
      /floodgate_portal_requests_total\{method="GET",route="\/api\/v1\/connections\/:id",status="404"\} \d+/,
    );
    expect(metrics).toMatch(/floodgate_portal_requests_total\{method="GET",route="none",status="404"\} \d+/);
    expect(metrics).not.toContain('nobody');
  });

  it('is live but not ready while Redis is away, when requests are answered 503', async () => {
    await server.kill();
    const answer = await call('/api/v1/connections');
    expect(answer).toMatchObject({ status: 503, body: { code: 'redis_unavailable' } });
    expect((await fetch(`${health}/readyz`)).status).toBe(503);
    expect((await fetch(`${health}/livez`)).status).toBe(200);
    await server.restart();
    expect((await call('/api/v1/connections')).status).toBe(200);
  });
});
