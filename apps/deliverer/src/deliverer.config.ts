import { z } from 'zod';
import { settings } from '#config';

const positive = z.coerce.number().int().min(1);

const streamNames = z
  .array(z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/, 'must be stream names, separated by commas'))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'must not name a stream twice');
const arn = (service: string) => z.string().startsWith('arn:', `must be the ARN of ${service}`).optional();

/** What each mode cannot do without. */
const neededBy = {
  'dynamic-partitioning': ['FIREHOSE_STREAMS'],
  'stream-per-tenant': ['FIREHOSE_ROLE_ARN', 'FIREHOSE_BUCKET_ARN'],
} as const;

const shape = z.object({
  REDIS_URL: settings.REDIS_URL,
  QUEUE_SHARDS: settings.QUEUE_SHARDS,
  HOST: settings.HOST,
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  JOB_KILLS_MAX: settings.JOB_KILLS_MAX,
  DELIVERY_MODE: settings.DELIVERY_MODE,
  FIREHOSE_STREAMS: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(streamNames)
    .optional()
    .describe('Streams that tenants are spread over, separated by commas. Needed for dynamic-partitioning.'),
  FIREHOSE_NAME_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,31}$/, 'must be 1 to 31 letters, digits, "_" and "-"')
    .default('floodgate')
    .describe('What the names of tenants’ own streams begin with.'),
  FIREHOSE_ROLE_ARN: arn('a role').describe(
    'Role in which tenants’ own streams write. Needed for stream-per-tenant.',
  ),
  FIREHOSE_BUCKET_ARN: arn('a bucket').describe(
    'Bucket that tenants’ own streams write to. Needed for stream-per-tenant.',
  ),
  FIREHOSE_OBJECT_MIB: positive
    .max(128)
    .default(16)
    .describe('Compressed size at which a tenant’s own stream writes an object, in MiB.'),
  FIREHOSE_OBJECT_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(900)
    .default(60)
    .describe('Age at which it writes an object that is smaller, in seconds.'),
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

const needs = Object.entries(neededBy).flatMap(([mode, names]) => names.map((name) => ({ mode, name })));

/** What a mode needs is asked for also where other settings are wrong, so that all is said at once. */
export const delivererConfig = needs.reduce(
  (schema, { mode, name }) =>
    schema.refine((config) => config.DELIVERY_MODE !== mode || config[name] !== undefined, {
      path: [name],
      error: 'is not set',
      when: () => true,
    }),
  shape,
);

export type DelivererConfig = z.infer<typeof delivererConfig>;
