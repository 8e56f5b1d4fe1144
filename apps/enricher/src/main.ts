import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { enricherConfig } from './enricher.config.js';
import { EnricherModule } from './enricher.module.js';

await runUntilSignal('enricher', async (logger) => {
  const config = loadConfig(enricherConfig);
  const app = await NestFactory.createMicroservice(EnricherModule.configured(config), {
    strategy: EnricherModule.transport(config),
    logger: logger(config.LOG_LEVEL),
  });
  await app.listen();
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
