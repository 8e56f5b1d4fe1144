import { z } from 'zod';
import { lineFormats, type EventFormat } from '#audit-log';
import { settings } from '#config';

export const enricherConfig = z.object({
  REDIS_URL: settings.REDIS_URL,
  QUEUE_SHARDS: settings.QUEUE_SHARDS,
  HOST: settings.HOST,
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  JOB_KILLS_MAX: settings.JOB_KILLS_MAX,
  EVENT_FORMAT: z
    .enum(Object.keys(lineFormats) as [EventFormat, ...EventFormat[]])
    .default('ocsf')
    .describe('Shape of the exported lines.'),
  REDACT_SECRETS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether keys, tokens and passwords in entries are hidden before anything is handed on.'),
  NETWORK_DATABASES: z
    .string()
    .transform((list) => list.split(',').map((path) => path.trim()))
    .optional()
    .describe(
      'Files in MaxMind’s format that tell country, city or network of public callers, separated by commas; the first that knows a field decides it. The country database that comes along by default.',
    ),
  DEDUPE_WINDOW: z.coerce
    .number()
    .int()
    .min(0)
    .max(31 * 86_400)
    .default(86_400)
    .describe('How long a message id is remembered to drop duplicates, in seconds; 0 turns it off.'),
  PARTITIONED_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(128 * 1024 ** 2)
    .describe(
      'Bytes of understood batches that wait for the deliverer before no more are taken up: as they came, they wait in half the memory.',
    ),
  JOBS_IN_WORK: z.coerce.number().int().min(1).max(256).default(8).describe('Batches in work at once.'),
});

export type EnricherConfig = z.infer<typeof enricherConfig>;
