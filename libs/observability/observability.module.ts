import { Module, type DynamicModule } from '@nestjs/common';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { HealthServer } from './health-server.js';
import { Probes } from './probes.js';

/** Gives an app its `Probes`, its metrics `Registry` and the server that shows both. */
@Module({})
export class ObservabilityModule {
  /** `port` and `host` of the health server; port 0 picks a free one. */
  static listening(port: number, host: string): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      providers: [
        Probes,
        { provide: Registry, useFactory: newRegistry },
        {
          provide: HealthServer,
          inject: [Probes, Registry],
          useFactory: async (probes: Probes, registry: Registry) => {
            const server = new HealthServer(probes, registry);
            await server.listen(port, host);
            return server;
          },
        },
      ],
      exports: [Probes, Registry, HealthServer],
    };
  }
}

function newRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
