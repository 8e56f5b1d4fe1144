import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { delivererConfig } from './deliverer.config.js';
import { DelivererModule } from './deliverer.module.js';

await runUntilSignal('deliverer', async (logger) => {
  const config = loadConfig(delivererConfig);
  const app = await NestFactory.createMicroservice(DelivererModule.configured(config), {
    strategy: DelivererModule.transport(config),
    logger: logger(config.LOG_LEVEL),
  });
  await app.listen();
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
