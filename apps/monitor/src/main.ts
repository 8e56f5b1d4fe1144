import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { monitorConfig } from './monitor.config.js';
import { MonitorModule } from './monitor.module.js';

await runUntilSignal('monitor', async (logger) => {
  const config = loadConfig(monitorConfig);
  const module = MonitorModule.configured(config);
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: logger(config.LOG_LEVEL),
  });
  await app.listen(config.PORT, config.HOST);
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
