import { crc32 } from 'node:zlib';
import type { QueueName } from '#contracts';

/** BullMQ's key prefix of a shard: the hash tag keeps all keys of a queue's shard in one cluster slot. */
export function shardPrefix(queue: QueueName, shard: number): string {
  return `{${queue}-${String(shard)}}`;
}

/** The same id always goes to the same shard, so that adding it again is seen as the same job. */
export function shardOf(jobId: string, shards: number): number {
  return crc32(jobId) % shards;
}
