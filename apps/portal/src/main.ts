import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { portalConfig } from './portal.config.js';
import { PortalModule } from './portal.module.js';

await runUntilSignal('portal', async (logger) => {
  const config = loadConfig(portalConfig);
  const module = PortalModule.configured(config);
  const app = await NestFactory.create<NestFastifyApplication>(module, PortalModule.adapter(), {
    logger: logger(config.LOG_LEVEL),
  });
  await app.listen(config.PORT, config.HOST);
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
