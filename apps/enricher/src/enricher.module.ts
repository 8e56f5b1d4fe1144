import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Registry } from 'prom-client';
import { lineFormats } from '#audit-log';
import { receivedBatch } from '#contracts';
import { DuplicateFilter } from '#dedupe';
import { Ledger } from '#ledger';
import { ObservabilityModule, Probes } from '#observability';
import { BullTransport, JobPublisher, RethrowFilter } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { BatchController, lineFormat } from './batch.controller.js';
import { EnricherMetrics } from './enricher-metrics.js';
import type { EnricherConfig } from './enricher.config.js';

const controlRedis = Symbol('control redis');
const logger = new Logger('Enricher');
const onRedisError = (error: Error) => {
  logger.warn(`Redis: ${error.message}`);
};

@Module({ controllers: [BatchController] })
export class EnricherModule implements OnApplicationShutdown {
  constructor(
    probes: Probes,
    private readonly publisher: JobPublisher,
    @Inject(controlRedis) private readonly redis: Redis,
  ) {
    probes.ready('redis', () => (publisher.isConnected ? undefined : 'not connected'));
  }

  static configured(config: EnricherConfig): DynamicModule {
    return {
      module: EnricherModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      providers: [
        { provide: APP_FILTER, useClass: RethrowFilter },
        { provide: controlRedis, useFactory: () => connectRedis(config.REDIS_URL, 'control', onRedisError) },
        {
          provide: DuplicateFilter,
          inject: [controlRedis],
          useFactory: (redis: Redis) => new DuplicateFilter(redis, config.DEDUPE_WINDOW),
        },
        { provide: Ledger, inject: [controlRedis], useFactory: (redis: Redis) => new Ledger(redis) },
        {
          provide: EnricherMetrics,
          inject: [Registry],
          useFactory: (registry: Registry) => new EnricherMetrics(registry),
        },
        { provide: lineFormat, useValue: lineFormats[config.EVENT_FORMAT] },
        {
          provide: JobPublisher,
          useFactory: () =>
            new JobPublisher({
              redisUrl: config.REDIS_URL,
              shards: config.QUEUE_SHARDS,
              deadlineMs: 5_000,
              onError: onRedisError,
            }),
        },
      ],
    };
  }

  /** What carries the enricher's jobs to its handlers. */
  static transport(config: EnricherConfig): BullTransport {
    return new BullTransport({
      redisUrl: config.REDIS_URL,
      shards: config.QUEUE_SHARDS,
      contracts: [receivedBatch],
      concurrency: config.JOBS_IN_WORK,
      graceMs: config.SHUTDOWN_GRACE_MS,
      killsMax: config.JOB_KILLS_MAX,
    });
  }

  onApplicationShutdown(): void {
    this.publisher.close();
    disconnectRedis(this.redis);
  }
}
