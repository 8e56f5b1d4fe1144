import { z } from 'zod';
import { settings } from '#config';

const positive = z.coerce.number().int().min(1);

export const receiverConfig = z.object({
  REDIS_URL: settings.REDIS_URL,
  QUEUE_SHARDS: settings.QUEUE_SHARDS,
  HOST: settings.HOST,
  PORT: settings.PORT(8080),
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  OIDC_JWKS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .default('https://www.googleapis.com/oauth2/v3/certs')
    .describe("Google's key set, which push tokens are verified with."),
  OIDC_ISSUER: z
    .string()
    .default('https://accounts.google.com,accounts.google.com')
    .transform((list) => list.split(',').map((issuer) => issuer.trim()))
    .describe('Issuers whose tokens are taken, separated by commas.'),
  DURABILITY: z
    .enum(['fsync', 'replicated', 'relaxed'])
    .default('fsync')
    .describe(
      '`fsync` refuses readiness unless Redis syncs every write to disk, `replicated` waits for REPLICAS as well, `relaxed` takes any Redis.',
    ),
  REPLICAS: positive
    .max(10)
    .default(1)
    .describe('Replicas that must have a batch before its pushes are answered, with DURABILITY=replicated.'),
  BATCH_MAX_EVENTS: positive.max(10_000).default(500).describe('Most events in one batch.'),
  BATCH_MAX_BYTES: positive
    .default(2 * 1024 * 1024)
    .describe('Most payload bytes in one batch, uncompressed.'),
  BATCH_LINGER_MS: z.coerce
    .number()
    .min(0)
    .max(1_000)
    .default(25)
    .describe(
      'How long the first event of a batch waits for company, in milliseconds. Small batches cost several times the CPU.',
    ),
  BATCHES_IN_FLIGHT: positive.max(64).default(4).describe('Batches on their way to Redis at once.'),
  COMMIT_DEADLINE_MS: positive
    .default(2_500)
    .describe('Longest wait for Redis before a push is answered 503, in milliseconds.'),
  IN_FLIGHT_MAX_BYTES: positive
    .default(256 * 1024 * 1024)
    .describe('Request bytes held at once before pushes are answered 503.'),
  QUEUES_MAX_BYTES: positive
    .default(4 * 1024 ** 3)
    .describe(
      'Bytes of jobs that the queues may hold. At 60 % of this, of Redis’s maxmemory, of BACKLOG_MAX_MS or of REDIS_DISK_BYTES greedy connections are answered 429, at 75 % everybody 503.',
    ),
  BACKLOG_MAX_MS: positive
    .default(24 * 3_600_000)
    .describe('Age that the oldest job may reach, in milliseconds.'),
  REDIS_DISK_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'Bytes that Redis’s append-only file may take, half of its disk at most because rewriting needs as much again; 0 does not look.',
    ),
});

export type ReceiverConfig = z.infer<typeof receiverConfig>;
