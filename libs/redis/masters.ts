import { Cluster, Command, type Redis as Server } from 'ioredis';
import type { Redis } from './redis.js';

/** The servers that take writes: all masters of a cluster, or the one there is. @throws when Redis does not answer */
export async function mastersOf(redis: Redis): Promise<Server[]> {
  if (!(redis instanceof Cluster)) return [redis];
  // Until a cluster has answered its nodes are the seeds, whatever those are.
  if (redis.status !== 'ready') await redis.ping();
  return redis.nodes('master');
}

/** The server that takes writes to a key now; `undefined` while nobody is known to. */
export function masterOf(redis: Redis, key: string): Server | undefined {
  if (!(redis instanceof Cluster)) return redis;
  const [address] = redis.slots[new Command('get', [key]).getSlot()] ?? [];
  return redis
    .nodes('master')
    .find(({ options: { host = '', port = 0 } }) => `${host}:${String(port)}` === address);
}
