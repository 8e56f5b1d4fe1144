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
import { gzippedShape, partitionedShape, sharedLanes, tenantLanes } from './lanes.js';
import { StreamDelivery } from './stream-delivery.js';
import { TenantSink } from './tenant-sink.js';
import { TenantStreams } from './tenant-streams.js';

const controlRedis = Symbol('control redis');
const logger = new Logger('Deliverer');
/** Tenants whose own streams are put to at the same moment; others wait for a socket. */
const tenantsAtOnce = 64;

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
              maxSockets: config.CALLS_IN_FLIGHT * (config.FIREHOSE_STREAMS?.length ?? tenantsAtOnce),
            }),
        },
        {
          provide: lanes,
          inject: [FirehoseSink, TenantStreams, DelivererMetrics],
          useFactory: (sink: FirehoseSink, streams: TenantStreams, metrics: DelivererMetrics): Lanes =>
            lanesOf(config, sink, streams, metrics),
        },
        {
          provide: TenantStreams,
          inject: [FirehoseSink, controlRedis],
          useFactory: (sink: FirehoseSink, redis: Redis) =>
            new TenantStreams(sink.client, redis, {
              namePrefix: config.FIREHOSE_NAME_PREFIX,
              roleArn: config.FIREHOSE_ROLE_ARN ?? '',
              bucketArn: config.FIREHOSE_BUCKET_ARN ?? '',
              objectMiB: config.FIREHOSE_OBJECT_MIB,
              objectSeconds: config.FIREHOSE_OBJECT_SECONDS,
            }),
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

/** Both modes deliver alike; they differ in the streams, and in what goes into a record. */
function lanesOf(
  config: DelivererConfig,
  sink: FirehoseSink,
  streams: TenantStreams,
  metrics: DelivererMetrics,
): Lanes {
  const common = {
    maxBytes: config.DELIVERY_MAX_BYTES,
    lingerMs: config.DELIVERY_LINGER_MS,
    callsInFlight: config.CALLS_IN_FLIGHT,
    retryInPlaceMs: config.RETRY_IN_PLACE_MS,
  };
  if (config.DELIVERY_MODE === 'dynamic-partitioning') {
    return sharedLanes(
      config.FIREHOSE_STREAMS ?? [],
      (stream) =>
        new StreamDelivery(sink, metrics, { ...common, stream, label: stream, shape: partitionedShape }),
    );
  }
  return tenantLanes(config.FIREHOSE_NAME_PREFIX, (stream) => {
    const { name, kind } = stream;
    const options = { ...common, stream: name, label: `tenants' ${kind}`, shape: gzippedShape };
    return new StreamDelivery(new TenantSink(sink, streams, stream), metrics, options);
  });
}
