import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { Probes, runUntilSignal } from '#observability';
import { enricherConfig } from './enricher.config.js';
import { EnricherModule } from './enricher.module.js';

await runUntilSignal('enricher', async (logger) => {
  const config = loadConfig(enricherConfig);
  const transport = EnricherModule.transport(config);
  const app = await NestFactory.createMicroservice(EnricherModule.configured(config, transport), {
    strategy: transport,
    logger: logger(config.LOG_LEVEL),
  });
  app.get(Probes).live('worker', () => transport.stuck());
  await app.listen();
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
