import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '#config';
import { runUntilSignal } from '#observability';
import { receiverConfig } from './receiver.config.js';
import { ReceiverModule } from './receiver.module.js';

await runUntilSignal('receiver', async (logger) => {
  const config = loadConfig(receiverConfig);
  const app = await NestFactory.createApplicationContext(ReceiverModule.configured(config), {
    logger: logger(config.LOG_LEVEL),
  });
  return { app, graceMs: config.SHUTDOWN_GRACE_MS };
});
