import { Redis as Server, type Cluster, type RedisOptions } from 'ioredis';
import { connectCluster } from './cluster.js';

/** A connection to Redis, one server or a cluster: whoever holds it need not know which. */
export type Redis = Server | Cluster;

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
 * Opens a connection: to a server, or to the cluster that several URLs, separated by commas, are seeds of.
 * `onError` sees each connection error. It reconnects by itself, and so do its duplicates, until `closing`
 * is aborted.
 */
export function connectRedis(
  url: string,
  role: RedisRole,
  onError: (error: Error) => void,
  closing: AbortSignal = never,
): Redis {
  const retryStrategy = (attempt: number) => (closing.aborted ? null : reconnectMs(attempt));
  const options = {
    ...optionsByRole[role],
    // A server that became a replica refuses writes; its successor is found by connecting again.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    // A connection that is down already would keep the process up for this long when it is closed.
    disconnectTimeout: 500,
  };
  const [seed = '', ...more] = url.split(',');
  const redis: Redis =
    more.length === 0
      ? new Server(seed, { ...options, retryStrategy })
      : connectCluster([seed, ...more], role, options, retryStrategy);
  redis.on('error', onError);
  redis.on('node error', onError);
  return redis;
}

/** Closes a connection without waiting for a Redis that may be away. */
export function disconnectRedis(redis: Redis): void {
  redis.disconnect();
}
