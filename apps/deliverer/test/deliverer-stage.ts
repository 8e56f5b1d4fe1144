import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { partitionedBatch, seal, type JobPayload, type PartitionKind } from '#contracts';
import { Ledger, bookHourOf, hoursWithin, type BookBalance } from '#ledger';
import { JobPublisher, QueueInspector } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { delivererConfig } from '../src/deliverer.config.js';
import { DelivererModule } from '../src/deliverer.module.js';
import { ScriptedFirehose } from './scripted-firehose.js';

/** The lines of one partition, without their newlines. */
export type TestSegment = { tenant: string; lines: string[]; kind?: PartitionKind };
export type Batch = JobPayload<typeof partitionedBatch>;

export const streams = ['stream-a', 'stream-b'];
const startedMs = Date.now();
const ignore = () => undefined;

/** The deliverer as it runs, on a real Redis, in front of a Firehose that answers as a test says. */
export class DelivererStage {
  readonly firehose = new ScriptedFirehose();
  private readonly publisher: JobPublisher;
  private readonly inspector: QueueInspector;
  private readonly ledger: Ledger;
  private deliverer: INestMicroservice | undefined;

  private constructor(
    private readonly server: RedisServer,
    private readonly redis: Redis,
  ) {
    const options = { redisUrl: server.url, shards: 1, onError: ignore };
    this.publisher = new JobPublisher({ ...options, deadlineMs: 2_000 });
    this.inspector = new QueueInspector(options);
    this.ledger = new Ledger(redis);
  }

  /** Everything but the deliverer. */
  static async start(): Promise<DelivererStage> {
    const server = await startRedisServer();
    const stage = new DelivererStage(server, connectRedis(server.url, 'control', ignore));
    await stage.inspector.inspect();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_FIREHOSE: await stage.firehose.start(),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    return stage;
  }

  async stop(): Promise<void> {
    await this.stopDeliverer();
    this.publisher.close();
    this.inspector.close();
    disconnectRedis(this.redis);
    await this.firehose.stop();
    await this.server.stop();
  }

  async startDeliverer(settings: Record<string, string> = {}): Promise<void> {
    const config = loadConfig(delivererConfig, {
      REDIS_URL: this.server.url,
      HOST: '127.0.0.1',
      HEALTH_PORT: '0',
      FIREHOSE_STREAMS: streams.join(','),
      DELIVERY_LINGER_MS: '10',
      CALL_TIMEOUT_MS: '500',
      ...settings,
    });
    this.deliverer = await NestFactory.createMicroservice(DelivererModule.configured(config), {
      strategy: DelivererModule.transport(config),
      logger: false,
      abortOnError: false,
    });
    await this.deliverer.listen();
  }

  async stopDeliverer(): Promise<void> {
    const { deliverer } = this;
    this.deliverer = undefined;
    await deliverer?.close();
  }

  /** A batch as the enricher hands it on: each event of it is a line, received and not yet delivered. */
  async seal(...segments: TestSegment[]): Promise<Batch> {
    const headers = segments.map(({ tenant, lines, kind = 'events' }) => ({
      ...{ kind, tenantId: tenant, connectionId: `connection-of-${tenant}`, hour: bookHourOf(startedMs) },
      ...{ events: lines.length, lines: lines.length },
    }));
    const settled = headers.map(({ tenantId, connectionId, hour, events }) => ({
      ...{ tenantId, connectionId, hour },
      ...{ received: events, delivered: 0, duplicate: 0, quarantined: 0 },
    }));
    const payloads = segments.map(({ lines }) => Buffer.from(lines.map((line) => `${line}\n`).join('')));
    return { ...(await seal(randomUUID(), { segments: headers }, payloads)), settled };
  }

  async publish(...batches: Batch[]): Promise<void> {
    await Promise.all(batches.map((batch) => this.publisher.publish(partitionedBatch, batch)));
  }

  /** Jobs of the deliverer's queue, by their state. */
  async depth() {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = (await this.inspector.inspect()).find(({ queue }) => queue === 'partitioned') ?? {};
    return { unfinished: waiting + active + delayed, waiting, active, delayed, failed };
  }

  async idle(): Promise<void> {
    await eventually('the queue is empty', async () => (await this.depth()).unfinished === 0);
  }

  /** What Redis holds of a job. */
  job({ batchId }: Batch): Promise<Record<string, string>> {
    return this.redis.hgetall(`{partitioned-0}:partitioned:${batchId}`);
  }

  async books(tenant: string): Promise<BookBalance | undefined> {
    const rows = await this.ledger.read(hoursWithin(startedMs, Date.now()));
    return rows.find(({ tenantId }) => tenantId === tenant);
  }
}

/** Looks until it holds. @throws after ten seconds */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`it never came about that ${what}`);
    await wait(10);
  }
}
