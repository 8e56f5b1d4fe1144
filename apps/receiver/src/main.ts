import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { receiverConfig } from './receiver.config.js';
import { ReceiverModule } from './receiver.module.js';

await runUntilSignal('receiver', async (logger) => {
  const config = loadConfig(receiverConfig);
  const adapter = new FastifyAdapter({ requestTimeout: 30_000, keepAliveTimeout: 620_000 });
  const app = await NestFactory.create<NestFastifyApplication>(ReceiverModule.configured(config), adapter, {
    logger: logger(config.LOG_LEVEL),
    bodyParser: false,
  });
  await app.listen(config.PORT, config.HOST);
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
