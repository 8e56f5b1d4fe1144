import { z } from 'zod';
import { settings } from '#config';

const milliseconds = z.coerce.number().int().min(1);
const minutes = (count: number) => count * 60_000;

export const monitorConfig = z.object({
  REDIS_URL: settings.REDIS_URL,
  QUEUE_SHARDS: settings.QUEUE_SHARDS,
  DELIVERY_MODE: settings.DELIVERY_MODE,
  HOST: settings.HOST,
  PORT: settings.PORT(8083),
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  ADMIN_TOKEN: settings.ADMIN_TOKEN,
  LANDED_QUEUE_URL: z
    .url({ error: 'must be the URL of an SQS queue' })
    .optional()
    .describe('SQS queue that hears of S3 objects; without it landing is not watched.'),
  ALERT_TOPIC_ARN: z
    .string()
    .startsWith('arn:', 'must be the ARN of an SNS topic')
    .optional()
    .describe('SNS topic for alerts; without it alerts are only shown by the API and logged.'),
  PRICES_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('Price list of your own, in the form of libs/prices/prices.json.'),
  POLL_MS: milliseconds.default(5_000).describe('Time between two looks at everything, in milliseconds.'),
  BACKLOG_AFTER_MS: milliseconds
    .default(minutes(5))
    .describe('Age of a job that makes `queue_backlog` an alert, in milliseconds.'),
  SILENT_AFTER_MS: milliseconds
    .default(minutes(60))
    .describe('Silence of an active connection that makes `connection_silent` an alert, in milliseconds.'),
  LANDING_AFTER_MS: milliseconds
    .default(minutes(20))
    .describe(
      'Time from delivery to a landed object that makes `landing_stopped` an alert, in milliseconds; longer than Firehose buffers.',
    ),
  LEDGER_AFTER_MS: milliseconds
    .default(minutes(60))
    .describe('Age of an hour whose events must all be accounted for, in milliseconds after its end.'),
});

export type MonitorConfig = z.infer<typeof monitorConfig>;
