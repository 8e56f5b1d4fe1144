import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { Probes, runUntilSignal } from '#observability';
import { delivererConfig } from './deliverer.config.js';
import { DelivererModule } from './deliverer.module.js';

await runUntilSignal('deliverer', async (logger) => {
  const config = loadConfig(delivererConfig);
  const transport = DelivererModule.transport(config);
  const app = await NestFactory.createMicroservice(DelivererModule.configured(config), {
    strategy: transport,
    logger: logger(config.LOG_LEVEL),
  });
  app.get(Probes).live('worker', () => transport.stuck());
  await app.listen();
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
