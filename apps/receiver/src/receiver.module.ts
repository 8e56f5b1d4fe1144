import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Registry } from 'prom-client';
import { ConnectionDirectory } from '#connections';
import { Ledger } from '#ledger';
import { ObservabilityModule, Probes } from '#observability';
import { JobPublisher, QueueInspector } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { Admission } from './admission.js';
import { GoogleKeys } from './google-keys.js';
import { PressureGauge } from './pressure-gauge.js';
import { PushRoute } from './push-route.js';
import { PushServer } from './push-server.js';
import { PushTokens } from './push-token.js';
import { Quotas } from './quota.js';
import { Readiness } from './readiness.js';
import { ReceivedBatches } from './received-batches.js';
import type { ReceiverConfig } from './receiver.config.js';
import { ReceiverMetrics } from './receiver-metrics.js';
import { Shares } from './shares.js';

const controlRedis = Symbol('control redis');
const logger = new Logger('Receiver');
const onRedisError = (error: Error) => {
  logger.warn(`Redis: ${error.message}`);
};

@Module({})
export class ReceiverModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly keys: GoogleKeys,
    private readonly admission: Admission,
    private readonly gauge: PressureGauge,
    @Inject(controlRedis) private readonly redis: Redis,
  ) {}

  static configured(config: ReceiverConfig): DynamicModule {
    return {
      module: ReceiverModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      providers: [
        { provide: controlRedis, useFactory: () => connectRedis(config.REDIS_URL, 'control', onRedisError) },
        {
          provide: ReceiverMetrics,
          inject: [Registry],
          useFactory: (registry: Registry) => new ReceiverMetrics(registry),
        },
        {
          provide: ConnectionDirectory,
          inject: [controlRedis],
          useFactory: (redis: Redis) => new ConnectionDirectory(redis, { onError: onRedisError }),
        },
        { provide: Ledger, inject: [controlRedis], useFactory: (redis: Redis) => new Ledger(redis) },
        {
          provide: GoogleKeys,
          useFactory: () =>
            new GoogleKeys({
              url: config.OIDC_JWKS_URL,
              onError: (error) => {
                logger.warn(`Google's keys were not fetched, the known ones stay: ${String(error)}`);
              },
            }),
        },
        {
          provide: JobPublisher,
          useFactory: () =>
            new JobPublisher({
              redisUrl: config.REDIS_URL,
              shards: config.QUEUE_SHARDS,
              deadlineMs: config.COMMIT_DEADLINE_MS,
              replicas: config.DURABILITY === 'replicated' ? config.REPLICAS : 0,
              onError: onRedisError,
            }),
        },
        Quotas,
        Shares,
        {
          provide: Admission,
          inject: [Quotas, Shares],
          useFactory: (quotas: Quotas, shares: Shares) =>
            new Admission(quotas, shares, config.IN_FLIGHT_MAX_BYTES),
        },
        {
          provide: PressureGauge,
          inject: [controlRedis, Admission, ReceiverMetrics],
          useFactory: (redis: Redis, admission: Admission, metrics: ReceiverMetrics) => {
            const { REDIS_URL: redisUrl, QUEUE_SHARDS: shards } = config;
            const queues = new QueueInspector({ redisUrl, shards, onError: onRedisError });
            return new PressureGauge(redis, queues, admission, metrics, {
              queuesMaxBytes: config.QUEUES_MAX_BYTES,
              backlogMaxMs: config.BACKLOG_MAX_MS,
              diskBytes: config.REDIS_DISK_BYTES,
            });
          },
        },
        {
          provide: ReceivedBatches,
          inject: [JobPublisher, Ledger, ReceiverMetrics],
          useFactory: (publisher: JobPublisher, ledger: Ledger, metrics: ReceiverMetrics) =>
            new ReceivedBatches(publisher, ledger, metrics, {
              maxItems: config.BATCH_MAX_EVENTS,
              maxBytes: config.BATCH_MAX_BYTES,
              lingerMs: config.BATCH_LINGER_MS,
              maxInFlight: config.BATCHES_IN_FLIGHT,
            }),
        },
        {
          provide: PushTokens,
          inject: [GoogleKeys],
          useFactory: (keys: GoogleKeys) => new PushTokens(keys.find, config.OIDC_ISSUER),
        },
        {
          provide: PushRoute,
          inject: [
            ConnectionDirectory,
            GoogleKeys,
            PushTokens,
            Admission,
            JobPublisher,
            ReceivedBatches,
            ReceiverMetrics,
          ],
          useFactory: (...parts: RouteParts) => new PushRoute(...parts),
        },
        {
          provide: PushServer,
          inject: [PushRoute],
          useFactory: (route: PushRoute) => new PushServer(route, { port: config.PORT, host: config.HOST }),
        },
        {
          provide: Readiness,
          inject: [Probes, ConnectionDirectory, GoogleKeys, JobPublisher, controlRedis],
          useFactory: (...parts: ReadinessParts) => new Readiness(...parts, config),
        },
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    this.directory.onChange((id, now) => {
      if (!now) this.admission.forget(id);
    });
    await Promise.all([this.directory.start(), this.keys.start()]);
    this.gauge.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.keys.stop();
    await Promise.all([this.directory.stop(), this.gauge.stop()]);
    disconnectRedis(this.redis);
  }
}

type RouteParts = [
  ConnectionDirectory,
  GoogleKeys,
  PushTokens,
  Admission,
  JobPublisher,
  ReceivedBatches,
  ReceiverMetrics,
];

type ReadinessParts = [Probes, ConnectionDirectory, GoogleKeys, JobPublisher, Redis];
