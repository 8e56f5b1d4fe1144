import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import { loadConfig } from '#config';
import {
  partitionedBatch,
  partitionedHeader,
  quarantineLine,
  receivedBatch,
  seal,
  unseal,
  type JobPayload,
  type QuarantineReason,
  type SegmentHeader,
} from '#contracts';
import { Ledger, bookHourOf, hoursWithin } from '#ledger';
import { BullTransport, Handles, JobPublisher, QueueInspector, RethrowFilter } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { enricherConfig } from '../src/enricher.config.js';
import { EnricherModule } from '../src/enricher.module.js';

type Event = { tenant: string; data: string | Buffer; messageId?: string; refused?: QuarantineReason };
type Segment = SegmentHeader & { text: string };
type HandedOn = {
  batchId: string;
  segments: Segment[];
  settled: JobPayload<typeof partitionedBatch>['settled'];
};

/** What the next stage got, in order. */
const handedOn: HandedOn[] = [];

@Controller()
class NextStage {
  @Handles(partitionedBatch)
  async take(batch: JobPayload<typeof partitionedBatch>): Promise<void> {
    const { header, payloads } = await unseal(batch, partitionedHeader);
    const segments = header.segments.map((segment, index) => ({ ...segment, text: String(payloads[index]) }));
    handedOn.push({ batchId: batch.batchId, segments, settled: batch.settled });
  }
}

@Module({ controllers: [NextStage], providers: [{ provide: APP_FILTER, useClass: RethrowFilter }] })
class NextApp {}

const publishTime = '2026-02-03T04:05:06.789Z';
const receivedAtMs = Date.now();
const hour = bookHourOf(receivedAtMs);
const ignore = () => undefined;
let lastMessageId = 1_000;

describe('the enricher', () => {
  let server: RedisServer;
  let redis: Redis;
  let publisher: JobPublisher;
  let inspector: QueueInspector;
  let ledger: Ledger;
  let enricher: INestMicroservice;
  let next: INestMicroservice;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, 'control', ignore);
    ledger = new Ledger(redis);
    publisher = new JobPublisher({ redisUrl: server.url, shards: 1, deadlineMs: 2_000, onError: ignore });
    inspector = new QueueInspector({ redisUrl: server.url, shards: 1, onError: ignore });
    await inspector.inspect();
    enricher = await boot();
    const strategy = new BullTransport({
      redisUrl: server.url,
      shards: 1,
      contracts: [partitionedBatch],
      concurrency: 4,
      graceMs: 2_000,
    });
    next = await NestFactory.createMicroservice(NextApp, { strategy, logger: false, abortOnError: false });
    await next.listen();
  });
  afterAll(async () => {
    await Promise.all([enricher.close(), next.close()]);
    publisher.close();
    inspector.close();
    disconnectRedis(redis);
    await server.stop();
  });

  async function boot(): Promise<INestMicroservice> {
    const environment = { REDIS_URL: server.url, HOST: '127.0.0.1', HEALTH_PORT: '0' };
    const config = loadConfig(enricherConfig, environment);
    const app = await NestFactory.createMicroservice(EnricherModule.configured(config), {
      strategy: EnricherModule.transport(config),
      logger: false,
      abortOnError: false,
    });
    await app.listen();
    return app;
  }

  async function sealed(batchId: string, events: readonly Event[]) {
    const tenants = [...new Set(events.map(({ tenant }) => tenant))];
    const header = {
      connections: tenants.map((tenantId) => ({ id: `connection-of-${tenantId}`, tenantId })),
      events: events.map(({ tenant, messageId, refused }) => ({
        c: tenants.indexOf(tenant),
        messageId: messageId ?? String((lastMessageId += 1)),
        publishTime,
        receivedAtMs,
        ...(refused === undefined ? {} : { refused }),
      })),
    };
    return seal(
      batchId,
      header,
      events.map(({ data }) => Buffer.from(data)),
    );
  }

  /** Sends a batch through, and gives what was handed on once both queues are empty. */
  async function enrich(...batches: Event[][]): Promise<HandedOn[]> {
    const before = handedOn.length;
    const all = await Promise.all(batches.map((events) => sealed(randomUUID(), events)));
    await Promise.all(all.map((batch) => publisher.publish(receivedBatch, batch)));
    await idle();
    return handedOn.slice(before);
  }

  async function eventually(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await wait(10);
  }

  async function idle(): Promise<void> {
    await eventually(async () =>
      (await inspector.inspect()).every((depth) => depth.waiting + depth.active + depth.delayed === 0),
    );
  }

  async function count(name: string): Promise<number> {
    const metric = await enricher.get(Registry).getSingleMetric(`floodgate_enricher_${name}`)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? NaN;
  }

  async function books(tenant: string) {
    const rows = await ledger.read(hoursWithin(receivedAtMs, Date.now()));
    return rows.find(({ tenantId }) => tenantId === tenant);
  }

  const linesOf = (segment: Segment | undefined) => segment?.text.split('\n').slice(0, -1) ?? [];

  it('carries the original bytes unchanged, but for line breaks between tokens', async () => {
    const odd = '{"n":9007199254740993,"__proto__":{"a":1},"b":1e400,"a":"\\ud800é\\n","z":0.10}';
    const [batch] = await enrich([
      { tenant: 'bytes', data: odd },
      { tenant: 'bytes', data: '{\n  "a": 1,\r\n  "b": "x"\n}' },
    ]);
    const lines = linesOf(batch?.segments[0]);
    expect(lines[0]).toMatch(
      /^\{"tenant_id":"bytes","connection_id":"connection-of-bytes","event_id":"[0-9a-f]+",/,
    );
    expect(lines[0]?.endsWith(`"log_entry":${odd}}`)).toBe(true);
    expect(lines[1]?.endsWith('"log_entry":{   "a": 1,    "b": "x" }}')).toBe(true);
  });

  it('keeps tenants apart, and quarantine from events', async () => {
    const tenants = ['red', 'green', 'blue'];
    const events = Array.from({ length: 30 }, (_, index) => ({
      tenant: tenants[index % 3] ?? '',
      data: index % 10 === 0 ? 'no json' : `{"insertId":"${String(index)}"}`,
    }));
    const [batch] = await enrich(events);
    expect(batch?.segments).toHaveLength(6);
    for (const segment of batch?.segments ?? []) {
      const lines = linesOf(segment);
      expect(segment.hour).toBe(hour);
      expect(lines).toHaveLength(segment.kind === 'events' ? 9 : 1);
      for (const line of lines) {
        expect(JSON.parse(line)).toMatchObject({
          tenant_id: segment.tenantId,
          connection_id: `connection-of-${segment.tenantId}`,
        });
      }
    }
  });

  it.each<[string, string | Buffer, QuarantineReason]>([
    ['nothing', '', 'empty'],
    ['half of an object', '{"a":', 'invalid_json'],
    ['a list', '[{"a":1}]', 'not_an_object'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'invalid_utf8'],
    ['a depth bomb', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'too_deep'],
    ['an entry that fits in no record', JSON.stringify({ a: 'x'.repeat(1_024_000) }), 'line_too_large'],
  ])('quarantines %s with its reason and bytes, and hands the rest on', async (_, data, reason) => {
    const [batch] = await enrich([
      { tenant: 'odd', data: '{"before":1}' },
      { tenant: 'odd', data, messageId: `odd-${reason}` },
      { tenant: 'odd', data: '{"after":1}' },
    ]);
    const byKind = Object.groupBy(batch?.segments ?? [], ({ kind }) => kind);
    expect(linesOf(byKind.events?.[0])).toHaveLength(2);
    const parts = linesOf(byKind.quarantine?.[0]).map((line) => quarantineLine.parse(JSON.parse(line)));
    expect(parts[0]).toMatchObject({
      tenant_id: 'odd',
      connection_id: 'connection-of-odd',
      message_id: `odd-${reason}`,
      reason,
    });
    const original = Buffer.concat(parts.map((part) => Buffer.from(part.data_base64, 'base64')));
    expect(original.equals(Buffer.from(data))).toBe(true);
    expect(byKind.quarantine?.[0]).toMatchObject({ events: 1, lines: parts.length });
  });

  it('quarantines what the receiver could not read, for the reason that it gave', async () => {
    const [batch] = await enrich([{ tenant: 'odd', data: 'the body', messageId: '', refused: 'not_a_push' }]);
    const [line = '{}'] = linesOf(batch?.segments[0]);
    expect(quarantineLine.parse(JSON.parse(line)).reason).toBe('not_a_push');
  });

  it('drops duplicates within a batch and after it, and books them', async () => {
    const data = '{"insertId":"same"}';
    await enrich([
      { tenant: 'twice', data, messageId: '77' },
      { tenant: 'twice', data, messageId: '77' },
      { tenant: 'twice', data, messageId: '78' },
    ]);
    const again = await enrich([
      { tenant: 'twice', data, messageId: '77' },
      { tenant: 'twice', data, messageId: '79' },
    ]);
    expect(again.map(({ segments }) => segments.map(({ events }) => events))).toEqual([[1]]);
    expect(again[0]?.settled).toEqual([
      expect.objectContaining({ tenantId: 'twice', received: 2, duplicate: 1 }),
    ]);
  });

  it('hands a message on once though many batches in work hold it', async () => {
    const copies = Array.from({ length: 12 }, () => [{ tenant: 'race', data: '{"a":1}', messageId: '4711' }]);
    const batches = await enrich(...copies);
    expect(batches.flatMap(({ segments }) => segments)).toHaveLength(1);
    expect(await books('race')).toMatchObject({ received: 11, duplicate: 11, inFlight: 0 });
  });

  it('closes the books of a batch that held nothing but duplicates', async () => {
    await enrich([{ tenant: 'closed', data: '{}', messageId: '1' }]);
    const before = handedOn.length;
    await enrich([{ tenant: 'closed', data: '{}', messageId: '1' }]);
    expect(handedOn).toHaveLength(before);
    expect(await books('closed')).toMatchObject({ received: 1, duplicate: 1, inFlight: 0 });
  });

  it('takes its own work, done a second time, for neither new nor a duplicate', async () => {
    const batch = await sealed(randomUUID(), [{ tenant: 'retry', data: '{"a":1}' }]);
    const duplicates = await count('duplicates_total');
    const before = handedOn.length;
    await publisher.publish(receivedBatch, batch);
    await idle();
    await publisher.publish(receivedBatch, batch);
    await idle();
    expect(handedOn.slice(before).map(({ batchId }) => batchId)).toEqual([batch.batchId]);
    expect(await count('duplicates_total')).toBe(duplicates);
  });

  it('hands everything on, and counts it, when the store of seen messages fails', async () => {
    // Keys of another type make the store's scripts fail.
    for (const kind of ['int', 'hash'])
      await redis.set(`{seen:connection-of-blind}:2026-02-03T04:${kind}`, 'x');
    const skipped = await count('dedupe_skipped_total');
    const events = [{ tenant: 'blind', data: '{"a":1}', messageId: '5' }];
    expect(await enrich(events)).toHaveLength(1);
    expect(await enrich(events)).toHaveLength(1);
    expect(await count('dedupe_skipped_total')).toBe(skipped + 2);
  });

  it('keeps a batch that does not match its checksum as failed', async () => {
    const batch = await sealed(randomUUID(), [{ tenant: 'flip', data: '{"a":1}' }]);
    const bytes = Buffer.from(batch.body, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await publisher.publish(receivedBatch, { ...batch, body: bytes.toString('base64') });
    await eventually(async () => (await inspector.inspect()).some(({ failed }) => failed === 1));
    const key = `{received-0}:received:${batch.batchId}`;
    expect(await redis.hget(key, 'failedReason')).toContain('corrupt_batch');
  });

  it('finishes what it has taken when it is told to stop', async () => {
    const before = handedOn.length;
    const events = Array.from({ length: 300 }, (_, index) => ({
      tenant: 'stop',
      data: `{"i":${String(index)}}`,
    }));
    const batches = await Promise.all(Array.from({ length: 20 }, () => sealed(randomUUID(), events)));
    await Promise.all(batches.map((batch) => publisher.publish(receivedBatch, batch)));
    await eventually(() => Promise.resolve(handedOn.length > before));
    await enricher.close();
    const depths = await inspector.inspect();
    expect(depths.find(({ queue }) => queue === 'received')).toMatchObject({ active: 0 });
    enricher = await boot();
    await idle();
    const ids = handedOn.slice(before).map(({ batchId }) => batchId);
    expect(new Set(ids)).toEqual(new Set(batches.map(({ batchId }) => batchId)));
    expect(ids).toHaveLength(batches.length);
  });
});
