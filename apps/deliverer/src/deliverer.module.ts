import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Registry } from 'prom-client';
import { partitionedBatch } from '#contracts';
import { Ledger } from '#ledger';
import { ObservabilityModule, Probes } from '#observability';
import { BullTransport, RethrowFilter } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { BatchController, lanes, type Lanes } from './batch.controller.js';
import { DelivererMetrics } from './deliverer-metrics.js';
import type { DelivererConfig } from './deliverer.config.js';
import { FirehoseSink } from './firehose-sink.js';
import { StreamDelivery } from './stream-delivery.js';

const controlRedis = Symbol('control redis');
const logger = new Logger('Deliverer');

@Module({ controllers: [BatchController] })
export class DelivererModule implements OnApplicationShutdown {
  constructor(
    probes: Probes,
    @Inject(controlRedis) private readonly redis: Redis,
  ) {
    probes.ready('redis', () => (redis.status === 'ready' ? undefined : 'not connected'));
  }

  static configured(config: DelivererConfig): DynamicModule {
    return {
      module: DelivererModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      providers: [
        { provide: APP_FILTER, useClass: RethrowFilter },
        {
          provide: controlRedis,
          useFactory: () =>
            connectRedis(config.REDIS_URL, 'control', (error) => {
              logger.warn(`Redis: ${error.message}`);
            }),
        },
        { provide: Ledger, inject: [controlRedis], useFactory: (redis: Redis) => new Ledger(redis) },
        {
          provide: DelivererMetrics,
          inject: [Registry],
          useFactory: (registry: Registry) => new DelivererMetrics(registry),
        },
        {
          provide: FirehoseSink,
          useFactory: () =>
            new FirehoseSink({
              callTimeoutMs: config.CALL_TIMEOUT_MS,
              maxSockets: config.CALLS_IN_FLIGHT * config.FIREHOSE_STREAMS.length,
            }),
        },
        {
          provide: lanes,
          inject: [FirehoseSink, DelivererMetrics],
          useFactory: (sink: FirehoseSink, metrics: DelivererMetrics): Lanes =>
            new Map(
              config.FIREHOSE_STREAMS.map((stream) => [
                stream,
                new StreamDelivery(sink, metrics, {
                  stream,
                  maxBytes: config.DELIVERY_MAX_BYTES,
                  lingerMs: config.DELIVERY_LINGER_MS,
                  callsInFlight: config.CALLS_IN_FLIGHT,
                  retryInPlaceMs: config.RETRY_IN_PLACE_MS,
                }),
              ]),
            ),
        },
      ],
    };
  }

  /** What carries the deliverer's jobs to its handlers. */
  static transport(config: DelivererConfig): BullTransport {
    return new BullTransport({
      redisUrl: config.REDIS_URL,
      shards: config.QUEUE_SHARDS,
      contracts: [partitionedBatch],
      concurrency: config.JOBS_IN_WORK,
      graceMs: config.SHUTDOWN_GRACE_MS,
      killsMax: config.JOB_KILLS_MAX,
    });
  }

  onApplicationShutdown(): void {
    disconnectRedis(this.redis);
  }
}
