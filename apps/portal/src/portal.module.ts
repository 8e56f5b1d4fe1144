import {
  Inject,
  Logger,
  Module,
  StandardSchemaValidationPipe,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER, APP_PIPE, HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import { ConnectionNotes, ConnectionStore } from '#connections';
import { ObservabilityModule, Probes } from '#observability';
import { connectRedis, disconnectRedis, type Redis } from '#redis';
import { adminToken } from '#admin-access';
import { AuditTrail } from './audit-trail.js';
import { Connections } from './connections.js';
import { ConnectionsController } from './connections.controller.js';
import { setupInputs } from './google-setup.js';
import { OpenApiController } from './openapi.controller.js';
import { pushUrl, type PortalConfig } from './portal.config.js';
import { ProblemFilter } from './problem.filter.js';
import { invalidRequest } from './problems.js';
import { RequestMetrics } from './request-metrics.js';

const registryRedis = Symbol('registry redis');
const logger = new Logger('Portal');

@Module({})
export class PortalModule implements OnApplicationShutdown {
  constructor(@Inject(registryRedis) private readonly redis: Redis) {}

  /** The HTTP adapter to run it on; requests are small, so larger ones are refused. */
  static adapter(): FastifyAdapter {
    return new FastifyAdapter({ bodyLimit: 64 * 1024, requestTimeout: 30_000 });
  }

  static configured(config: PortalConfig): DynamicModule {
    return {
      module: PortalModule,
      imports: [ObservabilityModule.listening(config.HEALTH_PORT, config.HOST)],
      controllers: [ConnectionsController, OpenApiController],
      providers: [
        AuditTrail,
        { provide: APP_FILTER, useClass: ProblemFilter },
        {
          provide: APP_PIPE,
          useFactory: () => new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }),
        },
        {
          provide: registryRedis,
          inject: [Probes],
          useFactory: (probes: Probes) => {
            const redis = connectRedis(config.REDIS_URL, 'control', (error) => {
              logger.warn(`Redis: ${error.message}`);
            });
            probes.ready('redis', async () => {
              await redis.ping();
              return undefined;
            });
            return redis;
          },
        },
        { provide: adminToken, useValue: config.ADMIN_TOKEN },
        {
          provide: RequestMetrics,
          inject: [HttpAdapterHost, Registry],
          useFactory: (host: HttpAdapterHost<FastifyAdapter>, registry: Registry) =>
            new RequestMetrics(host, registry),
        },
        {
          provide: Connections,
          inject: [registryRedis, AuditTrail],
          useFactory: (redis: Redis, audit: AuditTrail) =>
            new Connections(
              new ConnectionStore(redis, (id, cause) => {
                logger.warn(`Connection ${id} is unreadable and left out: ${String(cause)}`);
              }),
              new ConnectionNotes(redis, 'setup', setupInputs),
              audit,
              (connectionId) => pushUrl(config, connectionId),
            ),
        },
      ],
    };
  }

  onApplicationShutdown(): void {
    disconnectRedis(this.redis);
  }
}
