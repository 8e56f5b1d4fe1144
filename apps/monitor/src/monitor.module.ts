import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Registry } from 'prom-client';
import { adminToken } from '#admin-access';
import { ConnectionDirectory } from '#connections';
import { Ledger } from '#ledger';
import { ObservabilityModule, Probes } from '#observability';
import { readPriceList } from '#prices';
import { QueueInspector } from '#queue-transport';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { AlertBook } from './alert-book.js';
import { AlertTopic } from './alert-topic.js';
import { CostBook } from './cost-book.js';
import { HealthController } from './health.controller.js';
import { LandedObjects } from './landed-objects.js';
import { LandedQueue } from './landed-queue.js';
import { Lease } from './lease.js';
import { Lookout } from './lookout.js';
import type { MonitorConfig } from './monitor.config.js';
import { MonitorMetrics } from './monitor-metrics.js';

const controlRedis = Symbol('control redis');
const logger = new Logger('Monitor');
const onError = (error: Error) => {
  logger.warn(error.message);
};

@Module({ controllers: [HealthController] })
export class MonitorModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    probes: Probes,
    private readonly directory: ConnectionDirectory,
    private readonly lookout: Lookout,
    private readonly queues: QueueInspector,
    private readonly landedQueue: LandedQueue,
    private readonly topic: AlertTopic,
    @Inject(controlRedis) private readonly redis: Redis,
  ) {
    probes.ready('redis', () => (redis.status === 'ready' ? undefined : 'not connected'));
  }

  /** @throws Error that names every problem of the price list */
  static configured(config: MonitorConfig): DynamicModule {
    const list = readPriceList(config.PRICES_FILE);
    return {
      module: MonitorModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      providers: [
        { provide: controlRedis, useFactory: () => connectRedis(config.REDIS_URL, 'control', onError) },
        { provide: adminToken, useValue: config.ADMIN_TOKEN },
        {
          provide: MonitorMetrics,
          inject: [Registry],
          useFactory: (registry: Registry) => new MonitorMetrics(registry),
        },
        {
          provide: QueueInspector,
          useFactory: () =>
            new QueueInspector({ redisUrl: config.REDIS_URL, shards: config.QUEUE_SHARDS, onError }),
        },
        { provide: Ledger, inject: [controlRedis], useFactory: (redis: Redis) => new Ledger(redis) },
        {
          provide: ConnectionDirectory,
          inject: [controlRedis],
          useFactory: (redis: Redis) => new ConnectionDirectory(redis, { onError }),
        },
        {
          provide: LandedObjects,
          inject: [controlRedis],
          useFactory: (redis: Redis) => new LandedObjects(redis),
        },
        {
          provide: CostBook,
          inject: [Ledger, LandedObjects],
          useFactory: (ledger: Ledger, landed: LandedObjects) =>
            new CostBook(ledger, landed, {
              list,
              mode: config.DELIVERY_MODE,
              isLandingWatched: config.LANDED_QUEUE_URL !== undefined,
            }),
        },
        { provide: AlertTopic, useFactory: () => new AlertTopic(config.ALERT_TOPIC_ARN) },
        {
          provide: AlertBook,
          inject: [controlRedis, AlertTopic],
          useFactory: (redis: Redis, topic: AlertTopic) =>
            new AlertBook(redis, (alert) => topic.announce(alert)),
        },
        {
          provide: LandedQueue,
          inject: [LandedObjects, MonitorMetrics],
          useFactory: (landed: LandedObjects, metrics: MonitorMetrics) =>
            new LandedQueue(config.LANDED_QUEUE_URL, landed, metrics),
        },
        {
          provide: Lookout,
          inject: [
            QueueInspector,
            Ledger,
            ConnectionDirectory,
            LandedObjects,
            controlRedis,
            AlertBook,
            MonitorMetrics,
          ],
          useFactory: (
            queues: QueueInspector,
            ledger: Ledger,
            directory: ConnectionDirectory,
            landed: LandedObjects,
            redis: Redis,
            alerts: AlertBook,
            metrics: MonitorMetrics,
          ) => {
            const lease = new Lease(redis, '{alerts}:lease', 3 * config.POLL_MS);
            return new Lookout(queues, ledger, directory, landed, redis, alerts, lease, metrics, config);
          },
        },
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    await this.directory.start();
    this.landedQueue.start();
    await this.lookout.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.directory.stop(), this.lookout.stop(), this.landedQueue.stop()]);
    this.topic.close();
    this.queues.close();
    disconnectRedis(this.redis);
  }
}
