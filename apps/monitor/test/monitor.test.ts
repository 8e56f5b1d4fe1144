import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SNSClient, CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildApp } from 'fauxqs';
import { Registry } from 'prom-client';
import { loadConfig } from '#config';
import { ConnectionStore, newConnectionId } from '#connections';
import { partitionedBatch, receivedBatch, seal } from '#contracts';
import { Ledger, bookDayOf, bookHourOf } from '#ledger';
import { Probes } from '#observability';
import { readPriceList } from '#prices';
import { JobPublisher } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import type { Alert } from '../src/alert-book.js';
import type { Costs } from '../src/costs.js';
import type { Health } from '../src/health.js';
import { monitorConfig } from '../src/monitor.config.js';
import { MonitorModule } from '../src/monitor.module.js';

const region = 'us-east-1';
const arn = (kind: string, name: string) => `arn:aws:${kind}:${region}:000000000000:${name}`;
const token = 'a-token-for-the-monitor-of-32-characters';
const ignore = () => undefined;
type Announced = Alert & { state: 'open' | 'resolved' };

describe('the monitor', () => {
  let server: RedisServer;
  let redis: Redis;
  let aws: ReturnType<typeof buildApp>;
  let sqs: SQSClient;
  let sns: SNSClient;
  let queueUrl: (name: string) => string;
  const monitors: NestFastifyApplication[] = [];

  beforeAll(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, 'control', ignore);
    aws = buildApp({ logger: false, defaultRegion: region });
    const endpoint = await aws.listen({ port: 0, host: '127.0.0.1' });
    queueUrl = (name) => `${endpoint}/000000000000/${name}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    sqs = new SQSClient({});
    sns = new SNSClient({});
    // A poll that a closed monitor left behind may still take a message, which then comes back.
    const Attributes = { VisibilityTimeout: '1' };
    await sqs.send(new CreateQueueCommand({ QueueName: 'landed', Attributes }));
    await sqs.send(new CreateQueueCommand({ QueueName: 'alerts' }));
    await createAlertTopic();
  });
  afterAll(async () => {
    sqs.destroy();
    sns.destroy();
    disconnectRedis(redis);
    await aws.close();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterEach(async () => {
    await Promise.all(monitors.splice(0).map((monitor) => monitor.close()));
    await drainAlerts();
  });

  async function createAlertTopic(name = 'alerts'): Promise<void> {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn('sqs', 'alerts') }));
  }

  async function boot(environment: Record<string, string> = {}): Promise<NestFastifyApplication> {
    const config = loadConfig(monitorConfig, {
      REDIS_URL: server.url,
      HOST: '127.0.0.1',
      PORT: '0',
      HEALTH_PORT: '0',
      ADMIN_TOKEN: token,
      POLL_MS: '30',
      LANDED_QUEUE_URL: queueUrl('landed'),
      ALERT_TOPIC_ARN: arn('sns', 'alerts'),
      ...environment,
    });
    const monitor = await NestFactory.create<NestFastifyApplication>(
      MonitorModule.configured(config),
      new FastifyAdapter(),
      { logger: false, abortOnError: false },
    );
    monitors.push(monitor);
    await monitor.listen(0, '127.0.0.1');
    return monitor;
  }

  async function get<Body>(monitor: NestFastifyApplication, path: string, bearer = token): Promise<Body> {
    const headers = { authorization: `Bearer ${bearer}` };
    const response = await fetch(`${await monitor.getUrl()}/api/v1/${path}`, { headers });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()) as Body;
  }
  const health = (monitor: NestFastifyApplication) =>
    get<Health & { status: string; alerts: Alert[] }>(monitor, 'health');

  async function eventually<Value>(
    look: () => Promise<Value>,
    holds: (value: Value) => boolean,
  ): Promise<Value> {
    for (;;) {
      const value = await look();
      if (holds(value)) return value;
      await wait(10);
    }
  }

  async function drainAlerts(): Promise<Announced[]> {
    const announced: Announced[] = [];
    const QueueUrl = queueUrl('alerts');
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return announced;
      for (const { Body = '', ReceiptHandle } of Messages) {
        announced.push(JSON.parse((JSON.parse(Body) as { Message: string }).Message) as Announced);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }

  /** A queue's job that is taken for old, or failed. */
  async function job(how: { failed?: boolean; ageMs?: number } = {}): Promise<void> {
    const publisher = new JobPublisher({
      redisUrl: server.url,
      shards: 1,
      deadlineMs: 1_000,
      onError: ignore,
    });
    await eventually(() => Promise.resolve(publisher.isConnected), Boolean);
    const batch = await seal('batch-1', {}, []);
    if (how.failed === true) await publisher.publish(receivedBatch, batch);
    else await publisher.publish(partitionedBatch, { ...batch, settled: [] });
    publisher.close();
    if (how.ageMs !== undefined) {
      await redis.hset('{partitioned-0}:partitioned:batch-1', 'timestamp', Date.now() - how.ageMs);
    }
    if (how.failed === true) {
      await redis.lrem('{received-0}:received:wait', 1, 'batch-1');
      await redis.zadd('{received-0}:received:failed', Date.now(), 'batch-1');
    }
  }

  function connect(tenantId: string) {
    return new ConnectionStore(redis).create({
      id: newConnectionId(),
      tenantId,
      name: tenantId,
      serviceAccountEmail: `push@${tenantId}.iam.gserviceaccount.com`,
      audience: `https://floodgate.test/${tenantId}`,
      subscription: `projects/${tenantId}/subscriptions/floodgate`,
      quota: { eventsPerSecond: 1_000 },
    });
  }

  const s3Event = (key: string, more: { eventTime?: string; size?: number } = {}) =>
    JSON.stringify({
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          eventTime: more.eventTime,
          s3: {
            bucket: { name: 'events' },
            object: { key: encodeURIComponent(key), size: more.size ?? 10, eTag: 'e' },
          },
        },
      ],
    });
  const tell = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrl('landed'), MessageBody }));
  const enveloped = (Message: string) => JSON.stringify({ Type: 'Notification', Message });

  it('answers only who bears the token', async () => {
    const monitor = await boot();
    await expect(get(monitor, 'health', 'another')).rejects.toThrow('401');
    await expect(get(monitor, 'ledger?hours=0')).rejects.toThrow('400');
    expect(await get(monitor, 'alerts')).toEqual({ open: [], resolved: [] });
  });

  it('shows queues, connections, rates and the books, and the same as metrics', async () => {
    const { id } = await connect('acme');
    await job({ ageMs: 30_000 });
    const monitor = await boot();
    const hour = bookHourOf(Date.now());
    const row = { tenantId: 'acme', connectionId: id, hour, received: 7, lastReceivedAtMs: Date.now() };
    await eventually(
      () => health(monitor),
      ({ connections }) => connections.length === 1,
    );
    await new Ledger(redis).received('a-batch', [row]);
    const seen = await eventually(
      () => health(monitor),
      ({ tenants }) => tenants[0]?.last24Hours.received === 7,
    );
    expect(seen.tenants[0]?.last24Hours).toMatchObject({ received: 7, inFlight: 7 });
    expect(seen.connections[0]).toMatchObject({
      id,
      lastEventAt: new Date(row.lastReceivedAtMs).toISOString(),
    });
    const partitioned = seen.queues.find(({ queue }) => queue === 'partitioned');
    expect(partitioned).toMatchObject({ waiting: 1, failed: 0 });
    expect(partitioned?.oldestAgeMs).toBeGreaterThanOrEqual(30_000);
    expect(await get(monitor, 'ledger?hours=1')).toEqual({
      rows: [expect.objectContaining({ received: 7 })],
    });
    const metrics = await monitor.get(Registry).metrics();
    expect(metrics).toContain('floodgate_monitor_books_events{tenant="acme",outcome="received"} 7');
    expect(metrics).toMatch(
      /floodgate_monitor_queue_jobs\{queue="partitioned",shard="0",state="waiting"\} 1/,
    );
  });

  it('counts a landed object once, however often it is told of it, and ignores what is none', async () => {
    const monitor = await boot();
    const key = 'events/tenant=acme/dt=2026-02-03/hour=10/one.gz';
    await tell(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' }));
    await tell('rubbish');
    for (const body of [s3Event(key), enveloped(s3Event(key)), s3Event(key)]) await tell(body);
    await tell(s3Event('quarantine/tenant=acme/dt=2026-02-03/hour=10/two.gz'));
    const { tenants } = await eventually(
      () => health(monitor),
      ({ tenants }) => tenants[0]?.landed?.quarantineObjects === 1,
    );
    expect(tenants[0]?.landed).toMatchObject({ objects: 1, quarantineObjects: 1, bytes: 20 });
    const metric = await monitor
      .get(Registry)
      .getSingleMetric('floodgate_monitor_landed_objects_heard_total')
      ?.get();
    const heard = Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [labels['outcome'], value]),
    );
    expect(heard).toEqual({ unreadable: 1, counted: 2, known: 2 });
    const text = await monitor.get(Registry).metrics();
    expect(text).toContain('floodgate_monitor_objects_total{tenant="acme",kind="events"} 1');
    expect(text).toContain('floodgate_monitor_object_bytes_total{tenant="acme",kind="quarantine"} 10');
    const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const attributes = new GetQueueAttributesCommand({
      QueueUrl: queueUrl('landed'),
      AttributeNames: [...counts],
    });
    await eventually(
      () => sqs.send(attributes),
      ({ Attributes }) => counts.every((name) => Attributes?.[name] === '0'),
    );
  });

  it('prices what each tenant had delivered, day by day, the same by two monitors and after a restart', async () => {
    const gib = 2 ** 30;
    const [nowMs, dayMs] = [Date.now(), 86_400_000];
    const [today, yesterday] = [bookDayOf(nowMs), bookDayOf(nowMs - dayMs)];
    const settle = (batchId: string, tenantId: string, day: string, gibs: number) =>
      new Ledger(redis).settle(batchId, [
        {
          ...{ tenantId, connectionId: 'c', hour: bookHourOf(nowMs), received: 1 },
          ...{ delivered: 1, duplicate: 0, quarantined: 0 },
          taken: { day, lines: 1_000, bytes: gibs * gib, billedBytes: 2 * gibs * gib },
        },
      ]);
    await settle('a', 'acme', yesterday, 100);
    await settle('b', 'acme', today, 10);
    await settle('c', 'beta', today, 30);
    // A job that comes again after it was settled.
    await settle('b', 'acme', today, 10);
    const [first, second] = [await boot(), await boot()];
    const eventTime = new Date(nowMs - dayMs).toISOString();
    const keys = Array.from(
      { length: 8 },
      (_, n) => `events/tenant=acme/dt=${yesterday}/hour=10/${String(n)}.gz`,
    );
    for (const key of [...keys, ...keys]) await tell(s3Event(key, { eventTime, size: 1_000 }));
    const objectsOf = (costs: Costs) => costs.days[1]?.total.usage.objects;
    await eventually(
      () => get<Costs>(first, 'costs?days=2'),
      (costs) => objectsOf(costs) === keys.length,
    );
    const told = await get<Costs>(first, 'costs?days=2');
    expect(told).toMatchObject({ mode: 'dynamic-partitioning', areObjectsCounted: true });
    expect(told.prices).toEqual({ date: '2026-11-23', region: 'us-east-1', currency: 'USD' });
    expect(told.days.map(({ day, isOver }) => [day, isOver])).toEqual([
      [today, false],
      [yesterday, true],
    ]);
    const [ofToday, ofYesterday] = told.days;
    expect(ofYesterday?.tenants).toHaveLength(1);
    const [acme] = ofYesterday?.tenants ?? [];
    expect(acme).toMatchObject({
      tenantId: 'acme',
      usage: { lines: 1_000, bytes: 100 * gib, billedBytes: 200 * gib, objects: 8 },
      objectBytes: 8_000,
    });
    const dollars = Object.fromEntries((acme?.parts ?? []).map(({ item, dollars }) => [item, dollars]));
    expect(dollars['Firehose ingestion']).toBeCloseTo(200 * 0.029, 9);
    expect(dollars['Firehose partitioning']).toBeCloseTo(100 * 0.02, 9);
    expect(dollars['S3 PUT']).toBeCloseTo((8 / 1_000) * 0.005, 12);
    expect(dollars['SNS notifications']).toBeCloseTo((8 / 1e6) * 0.5, 12);
    expect(ofYesterday?.total.dollars).toBeCloseTo(acme?.dollars ?? 0, 9);
    expect(ofToday?.tenants.map(({ tenantId, usage }) => [tenantId, usage.billedBytes])).toEqual([
      ['acme', 20 * gib],
      ['beta', 60 * gib],
    ]);
    expect(ofToday?.total.dollars).toBeCloseTo(80 * 0.029 + 40 * 0.02, 4);
    expect(await get(second, 'costs?days=2')).toEqual(told);
    await first.close();
    monitors.splice(monitors.indexOf(first), 1);
    const third = await boot();
    expect(await get(third, 'costs?days=2')).toEqual(told);
    const onlyBeta = await get<Costs>(third, 'costs?days=1&tenant=beta');
    expect(onlyBeta.days[0]?.tenants.map(({ tenantId }) => tenantId)).toEqual(['beta']);
    expect(onlyBeta.days[0]?.total).toEqual(ofToday?.total);
    await expect(get(third, 'costs?days=36')).rejects.toThrow('400');
  });

  it('prices by a price list of your own, and does not start with one that is none', async () => {
    const list = readPriceList();
    list.region = 'eu-central-2';
    list.prices.firehoseIngestion.tiers = [{ price: 1 }];
    list.prices.firehosePartitioning.tiers = [{ price: 2 }];
    list.prices.firehoseJqHours.tiers = [{ price: 0 }];
    const folder = await mkdtemp(join(tmpdir(), 'floodgate-prices-'));
    const file = join(folder, 'prices.json');
    try {
      await writeFile(file, JSON.stringify(list));
      await new Ledger(redis).settle('a', [
        {
          ...{ tenantId: 'acme', connectionId: 'c', hour: bookHourOf(Date.now()), received: 1 },
          ...{ delivered: 1, duplicate: 0, quarantined: 0 },
          taken: { day: bookDayOf(Date.now()), lines: 1, bytes: 2 ** 30, billedBytes: 2 ** 30 },
        },
      ]);
      const monitor = await boot({ PRICES_FILE: file });
      const { prices, days } = await get<Costs>(monitor, 'costs?days=1');
      expect(prices.region).toBe('eu-central-2');
      expect(days[0]?.total.dollars).toBeCloseTo(3, 9);
      await writeFile(file, '{}');
      await expect(boot({ PRICES_FILE: file })).rejects.toThrow(`${file} is no price list`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('opens an alert once and resolves it once, two monitors and a restart notwithstanding', async () => {
    await job({ ageMs: 10_000 });
    const environment = { BACKLOG_AFTER_MS: '5000' };
    const [first, second] = [await boot(environment), await boot(environment)];
    await eventually(
      () => health(first),
      ({ alerts }) => alerts.length === 1,
    );
    expect((await health(second)).status).toBe('alert');
    await first.close();
    monitors.splice(monitors.indexOf(first), 1);
    const third = await boot(environment);
    await redis.del('{partitioned-0}:partitioned:wait', '{partitioned-0}:partitioned:batch-1');
    await eventually(
      () => health(third),
      ({ alerts }) => alerts.length === 0,
    );
    const announced = await eventually(drainAlerts, (alerts) => alerts.length > 0);
    expect(announced.map(({ id, state }) => `${state} ${id}`)).toEqual([
      'open queue_backlog/partitioned',
      'resolved queue_backlog/partitioned',
    ]);
    const { resolved } = await get<{ resolved: Alert[] }>(second, 'alerts');
    expect(resolved.map(({ id }) => id)).toEqual(['queue_backlog/partitioned']);
  });

  it('alerts on a failed job, a silent connection, books out of balance and an object out of place', async () => {
    await job({ failed: true });
    const { id } = await connect('quiet');
    const hour = bookHourOf(Date.now());
    const none = { received: 0, delivered: 0, duplicate: 0, quarantined: 0 };
    await new Ledger(redis).settle('odd', [
      { tenantId: 'quiet', connectionId: id, hour, ...none, delivered: 2 },
    ]);
    const monitor = await boot({ SILENT_AFTER_MS: '1' });
    await tell(s3Event('errors/processing-failed/dt=2026-02-03/x'));
    const { alerts } = await eventually(
      () => health(monitor),
      ({ alerts }) => alerts.length === 4,
    );
    expect(alerts.map((alert) => alert.id).sort()).toEqual([
      `connection_silent/${id}`,
      'job_failed/received',
      'landing_misplaced/bucket',
      `ledger_out_of_balance/${id}/${hour}`,
    ]);
  });

  it('alerts when nothing lands after a delivery, until something does', async () => {
    const monitor = await boot({ LANDING_AFTER_MS: '50' });
    const hour = bookHourOf(Date.now());
    const row = {
      tenantId: 'acme',
      connectionId: 'c',
      hour,
      received: 1,
      delivered: 1,
      duplicate: 0,
      quarantined: 0,
    };
    await new Ledger(redis).settle('first', [row]);
    await eventually(
      () => health(monitor),
      ({ tenants }) => tenants[0]?.last24Hours.delivered === 1,
    );
    await new Ledger(redis).settle('second', [row]);
    await eventually(
      () => health(monitor),
      ({ alerts }) => alerts[0]?.id === 'landing_stopped/acme',
    );
    await tell(s3Event('events/tenant=acme/dt=2026-02-03/hour=10/late.gz'));
    await eventually(
      () => health(monitor),
      ({ alerts }) => alerts.length === 0,
    );
  });

  it('announces an alert later when SNS is not there at first', async () => {
    await job({ ageMs: 10_000 });
    const monitor = await boot({ BACKLOG_AFTER_MS: '5000', ALERT_TOPIC_ARN: arn('sns', 'not-yet') });
    const failures = async () => {
      const metric = await monitor
        .get(Registry)
        .getSingleMetric('floodgate_monitor_look_errors_total')
        ?.get();
      return metric?.values[0]?.value ?? 0;
    };
    await eventually(failures, (count) => count > 0);
    expect((await health(monitor)).alerts).toEqual([]);
    await createAlertTopic('not-yet');
    await eventually(
      () => health(monitor),
      ({ alerts }) => alerts.length === 1,
    );
    const announced = await eventually(drainAlerts, (alerts) => alerts.length > 0);
    expect(announced.map(({ state }) => state)).toEqual(['open']);
  });

  it('stays alive while Redis is away, is not ready, and recovers by itself', async () => {
    const monitor = await boot();
    const probes = monitor.get(Probes);
    await eventually(
      () => health(monitor),
      ({ queues }) => queues.length > 0,
    );
    await server.kill();
    await eventually(
      () => probes.readinessProblems(),
      (problems) => problems.length > 0,
    );
    expect(await probes.livenessProblems()).toEqual([]);
    await server.restart();
    await eventually(
      () => probes.readinessProblems(),
      (problems) => problems.length === 0,
    );
    const { asOf } = await health(monitor);
    await eventually(
      () => health(monitor),
      (now) => now.asOf > asOf,
    );
  });
});
