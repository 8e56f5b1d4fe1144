import { Redis, type RedisOptions } from 'ioredis';

const reconnectMs = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000);
const never = new AbortController().signal;

/**
 * One connection for each way of using Redis:
 * - `acknowledge`: somebody waits for the answer, so fail at once when Redis is away and within
 *   `commandTimeout` when it hangs. A time-out means unknown: the command may still be executed.
 * - `worker`: blocks for jobs, so neither gives up nor times out.
 * - `control`: rare reads and writes outside the event's path.
 */
const optionsByRole = {
  acknowledge: { enableOfflineQueue: false, commandTimeout: 2_500, maxRetriesPerRequest: 0 },
  worker: { maxRetriesPerRequest: null },
  control: { commandTimeout: 5_000, maxRetriesPerRequest: 2 },
} as const satisfies Record<string, RedisOptions>;

export type RedisRole = keyof typeof optionsByRole;

/**
 * Opens a connection; `onError` sees each connection error. It reconnects by itself, and so do its
 * duplicates, until `closing` is aborted.
 */
export function connectRedis(
  url: string,
  role: RedisRole,
  onError: (error: Error) => void,
  closing: AbortSignal = never,
): Redis {
  const redis = new Redis(url, {
    ...optionsByRole[role],
    // A server that became a replica refuses writes; its successor is found by connecting again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // A connection that is down already would keep the process up for this long when it is closed.
    disconnectTimeout: 500,
    retryStrategy: (attempt) => (closing.aborted ? null : reconnectMs(attempt)),
  });
  redis.on('error', onError);
  return redis;
}

/** Closes a connection without waiting for a Redis that may be away. */
export function disconnectRedis(redis: Redis): void {
  redis.disconnect();
}
