import { z } from 'zod';
import { settings } from '#config';

const positive = z.coerce.number().int().min(1);

export const delivererConfig = z.object({
  REDIS_URL: settings.REDIS_URL,
  QUEUE_SHARDS: settings.QUEUE_SHARDS,
  HOST: settings.HOST,
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  JOB_KILLS_MAX: settings.JOB_KILLS_MAX,
  FIREHOSE_STREAMS: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(
      z
        .array(z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/, 'must be stream names, separated by commas'))
        .min(1)
        .refine((names) => new Set(names).size === names.length, 'must not name a stream twice'),
    )
    .describe('Firehose streams that tenants are spread over, separated by commas.'),
  JOBS_IN_WORK: positive.max(1_024).default(64).describe('Jobs whose lines are packed together at once.'),
  DELIVERY_LINGER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(500)
    .describe('How long lines wait for company to fill records, in milliseconds.'),
  DELIVERY_MAX_BYTES: positive
    .default(16 * 1024 * 1024)
    .describe('Line bytes of one stream that are packed together at most.'),
  CALLS_IN_FLIGHT: positive.max(64).default(4).describe('PutRecordBatch calls in flight for each stream.'),
  CALL_TIMEOUT_MS: positive
    .default(15_000)
    .describe('Longest wait for an answer of Firehose, in milliseconds.'),
  RETRY_IN_PLACE_MS: positive
    .default(10_000)
    .describe('How long refused records are sent again before their job goes back to the queue.'),
});

export type DelivererConfig = z.infer<typeof delivererConfig>;
