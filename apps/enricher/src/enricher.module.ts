import { basename } from 'node:path';
import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Registry } from 'prom-client';
import { lineFormats, type WriteOptions } from '#audit-log';
import { receivedBatch } from '#contracts';
import { DuplicateFilter } from '#dedupe';
import { Ledger } from '#ledger';
import { ObservabilityModule, Probes } from '#observability';
import { BullTransport, JobPublisher, QueueInspector, RethrowFilter } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { BacklogBrake } from './backlog-brake.js';
import { BatchController, understanding } from './batch.controller.js';
import { EnricherMetrics } from './enricher-metrics.js';
import type { EnricherConfig } from './enricher.config.js';
import { NetworkDatabase, bundledNetworkDatabase, type NetworkFileState } from '#network';

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
    private readonly networks: NetworkDatabase,
    @Inject(controlRedis) private readonly redis: Redis,
  ) {
    probes.ready('redis', () => (publisher.isConnected ? undefined : 'not connected'));
  }

  static configured(config: EnricherConfig, transport: BullTransport): DynamicModule {
    return {
      module: EnricherModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      providers: [
        { provide: APP_FILTER, useClass: RethrowFilter },
        { provide: controlRedis, useFactory: () => connectRedis(config.REDIS_URL, 'control', onRedisError) },
        {
          provide: DuplicateFilter,
          inject: [controlRedis],
          useFactory: (redis: Redis) => new DuplicateFilter(redis, config.DEDUPE_WINDOW, config.QUEUE_SHARDS),
        },
        { provide: Ledger, inject: [controlRedis], useFactory: (redis: Redis) => new Ledger(redis) },
        {
          provide: EnricherMetrics,
          inject: [Registry],
          useFactory: (registry: Registry) => new EnricherMetrics(registry),
        },
        {
          provide: NetworkDatabase,
          inject: [EnricherMetrics],
          useFactory: (metrics: EnricherMetrics) =>
            NetworkDatabase.open(config.NETWORK_DATABASES ?? [bundledNetworkDatabase() ?? []].flat(), {
              onState: (path, state) => {
                tell(metrics, path, state);
              },
            }),
        },
        {
          provide: understanding,
          inject: [NetworkDatabase],
          useFactory: (networks: NetworkDatabase): WriteOptions => ({
            format: lineFormats[config.EVENT_FORMAT],
            networkOf: (ip) => networks.lookup(ip),
            keepsSecrets: config.REDACT_SECRETS === 'off',
          }),
        },
        {
          provide: BacklogBrake,
          inject: [EnricherMetrics],
          useFactory: (metrics: EnricherMetrics) =>
            new BacklogBrake(
              new QueueInspector({
                redisUrl: config.REDIS_URL,
                shards: config.QUEUE_SHARDS,
                onError: onRedisError,
              }),
              transport,
              metrics,
              config.PARTITIONED_MAX_BYTES,
            ),
        },
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
    this.networks.close();
    disconnectRedis(this.redis);
  }
}

/** An absent or broken database takes a field away and stops nothing. */
function tell(metrics: EnricherMetrics, path: string, state: NetworkFileState): void {
  const file = basename(path);
  switch (state.kind) {
    case 'loaded':
      metrics.networkDatabase.set({ file }, state.builtAtMs / 1_000);
      return;
    case 'absent':
      metrics.networkDatabase.set({ file }, 0);
      logger.warn(`There is no network database at ${path}.`);
      return;
    case 'refused':
      logger.warn(`The network database ${path} is not taken: ${state.error.message}`);
      metrics.networkProblems.inc({ file });
      return;
    case 'unreadable':
      metrics.networkProblems.inc({ file });
  }
}
