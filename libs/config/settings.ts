import { z } from 'zod';

/** Settings that several apps share; each app picks what it needs. */
export const settings = {
  REDIS_URL: z
    .string()
    .refine(areSeeds, 'must be a redis:// or rediss:// URL, or several that differ in their addresses only')
    .describe(
      'Redis that carries the queues, the connections and the books; of a Redis Cluster several nodes, separated by commas.',
    ),
  QUEUE_SHARDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe('Shards of each queue; each has its own Redis Cluster hash slot.'),
  DELIVERY_MODE: z
    .enum(['dynamic-partitioning', 'stream-per-tenant'])
    .default('dynamic-partitioning')
    .describe('Whether tenants share streams that Firehose partitions, or each has streams of its own.'),
  ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, 'must be at least 32 visible ASCII characters')
    .describe('Bearer token of the API, at least 32 characters.'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(9090)
    .describe('Port of /livez, /readyz and /metrics; 0 picks a free one.'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  JOB_KILLS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(25)
    .describe('Processes that one batch may kill before it is set aside as failed.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'log', 'debug'])
    .default('log')
    .describe('Least severe log line to print.'),
  PORT: (defaultPort: number) =>
    z.coerce
      .number()
      .int()
      .min(0)
      .max(65535)
      .default(defaultPort)
      .describe('Port of the service; 0 picks a free one.'),
  SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(20_000)
    .describe('Longest wait for work in progress after SIGTERM, in milliseconds.'),
};

/** Whether a text is the URL of a Redis, or those of some of a cluster's nodes. */
function areSeeds(text: string): boolean {
  const seeds = text.split(',').map((seed) => (URL.canParse(seed) ? new URL(seed) : undefined));
  const access = seeds.map((seed) => seed && `${seed.protocol}//${seed.username}:${seed.password}`);
  return seeds.every((seed) => /^rediss?:$/.test(seed?.protocol ?? '')) && new Set(access).size === 1;
}
