import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import { loadConfig } from '#config';
import {
  partitionedBatch,
  partitionedHeader,
  receivedBatch,
  seal,
  unseal,
  type JobPayload,
  type QuarantineReason,
  type SealedFrame,
  type SegmentHeader,
} from '#contracts';
import { Ledger, hoursWithin, type BookBalance } from '#ledger';
import { BullTransport, Handles, JobPublisher, QueueInspector, RethrowFilter } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { enricherConfig } from '../src/enricher.config.js';
import { EnricherModule } from '../src/enricher.module.js';

/** A push as a test writes it down; what it leaves out does not matter to it. */
export type TestEvent = {
  tenant: string;
  data: string | Buffer;
  connection?: string;
  messageId?: string;
  receivedAtMs?: number;
  refused?: QuarantineReason;
};

export type HandedOn = {
  batchId: string;
  /** Headers with their lines as text, newlines taken off. */
  segments: (SegmentHeader & { text: string[] })[];
  settled: JobPayload<typeof partitionedBatch>['settled'];
};

export const publishTime = '2026-02-03T04:05:06.789Z';
export const startedMs = Date.now();
const ignore = () => undefined;

/** The enricher as it runs, on a real Redis, with a next stage that writes down what it is handed. */
export class EnricherStage {
  readonly handedOn: HandedOn[] = [];
  enricher: INestMicroservice | undefined;
  private next: INestMicroservice | undefined;
  private lastMessageId = 1_000_000;
  private readonly publisher: JobPublisher;
  private readonly inspector: QueueInspector;
  private readonly ledger: Ledger;

  private constructor(
    private readonly server: RedisServer,
    readonly redis: Redis,
  ) {
    const options = { redisUrl: server.url, shards: 1, onError: ignore };
    this.publisher = new JobPublisher({ ...options, deadlineMs: 2_000 });
    this.inspector = new QueueInspector(options);
    this.ledger = new Ledger(redis);
  }

  static async start(): Promise<EnricherStage> {
    const server = await startRedisServer();
    const stage = new EnricherStage(server, connectRedis(server.url, 'control', ignore));
    await stage.inspector.inspect();
    await Promise.all([stage.startEnricher(), stage.startNext()]);
    return stage;
  }

  async stop(): Promise<void> {
    await Promise.all([this.enricher?.close(), this.stopNext()]);
    this.publisher.close();
    this.inspector.close();
    disconnectRedis(this.redis);
    await this.server.stop();
  }

  async startEnricher(more: Record<string, string> = {}): Promise<void> {
    const environment = {
      ...more,
      REDIS_URL: this.server.url,
      HOST: '127.0.0.1',
      HEALTH_PORT: '0',
      EVENT_FORMAT: 'raw',
    };
    const config = loadConfig(enricherConfig, environment);
    const transport = EnricherModule.transport(config);
    this.enricher = await listen(EnricherModule.configured(config, transport), transport);
  }

  async startNext(): Promise<void> {
    const transport = new BullTransport({
      redisUrl: this.server.url,
      shards: 1,
      contracts: [partitionedBatch],
      concurrency: 4,
      graceMs: 2_000,
    });
    this.next = await listen(
      nextStage((batch) => this.handedOn.push(batch)),
      transport,
    );
  }

  async stopNext(): Promise<void> {
    await this.next?.close();
    this.next = undefined;
  }

  /** A batch as the receiver commits it. */
  seal(events: readonly TestEvent[]): Promise<SealedFrame> {
    const connections: { id: string; tenantId: string }[] = [];
    const header = events.map((event) => {
      const { tenant, connection = `connection-of-${tenant}`, receivedAtMs = startedMs, refused } = event;
      let c = connections.findIndex(({ id }) => id === connection);
      if (c === -1) c = connections.push({ id: connection, tenantId: tenant }) - 1;
      const messageId = event.messageId ?? String((this.lastMessageId += 1));
      return { c, messageId, publishTime, receivedAtMs, ...(refused === undefined ? {} : { refused }) };
    });
    const payloads = events.map(({ data }) => Buffer.from(data));
    return seal(randomUUID(), { connections, events: header }, payloads);
  }

  async publish(...batches: SealedFrame[]): Promise<void> {
    await Promise.all(batches.map((batch) => this.publisher.publish(receivedBatch, batch)));
  }

  /** Sends batches through, all at once, and gives what was handed on when both queues are empty. */
  async enrich(...batches: TestEvent[][]): Promise<HandedOn[]> {
    const before = this.handedOn.length;
    await this.publish(...(await Promise.all(batches.map((events) => this.seal(events)))));
    await this.idle();
    return this.handedOn.slice(before);
  }

  async idle(): Promise<void> {
    await eventually('the queues are empty', async () =>
      (await this.inspector.inspect()).every(
        ({ waiting, active, delayed }) => waiting + active + delayed === 0,
      ),
    );
  }

  async depth(queue: 'received' | 'partitioned') {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = (await this.inspector.inspect()).find((depth) => depth.queue === queue) ?? {};
    return { waiting, active, delayed, failed };
  }

  /** The value of one of the enricher's counters, over all labels. */
  async count(name: string): Promise<number> {
    const metric = await this.enricher?.get(Registry).getSingleMetric(`floodgate_enricher_${name}`)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? NaN;
  }

  async books(tenant: string): Promise<BookBalance | undefined> {
    const rows = await this.ledger.read(hoursWithin(startedMs, Date.now()));
    return rows.find(({ tenantId }) => tenantId === tenant);
  }
}

function nextStage(write: (batch: HandedOn) => void): Type {
  @Controller()
  class NextStage {
    @Handles(partitionedBatch)
    async take(batch: JobPayload<typeof partitionedBatch>): Promise<void> {
      const { header, payloads } = await unseal(batch, partitionedHeader);
      const segments = header.segments.map((segment, index) => {
        const text = String(payloads[index]);
        if (!text.endsWith('\n')) throw new Error('a segment does not end in a newline');
        return { ...segment, text: text.slice(0, -1).split('\n') };
      });
      write({ batchId: batch.batchId, segments, settled: batch.settled });
    }
  }

  @Module({ controllers: [NextStage], providers: [{ provide: APP_FILTER, useClass: RethrowFilter }] })
  class NextApp {}
  return NextApp;
}

async function listen(
  module: Parameters<typeof NestFactory.createMicroservice>[0],
  strategy: BullTransport,
): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(module, { strategy, logger: false, abortOnError: false });
  await app.listen();
  return app;
}

/** Looks until it holds. @throws after ten seconds */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`it never came about that ${what}`);
    await wait(10);
  }
}
