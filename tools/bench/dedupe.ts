import { DuplicateFilter } from '#dedupe';
import { connectRedis, disconnectRedis } from '#redis';
import { startRedisServer } from '#testing';

export type DedupeFigures = {
  ids: number;
  connections: number;
  /** Redis's memory for one remembered id, over everything that is kept for it. */
  bytesPerId: number;
  /** Redis's CPU for a million ids that are claimed, found new, and marked. */
  redisCpuSecondsPerMillion: number;
  idsPerSecond: number;
};

export type BenchDedupeOptions = { ids: number; connections: number };

const batchSize = 500;
const hours = 24;

/** Remembers int64 ids as a day's traffic brings them: hour by hour, rising, each batch of one connection. */
export async function benchDedupe({ ids, connections }: BenchDedupeOptions): Promise<DedupeFigures> {
  const server = await startRedisServer({ settings: { appendonly: 'no' } });
  const redis = connectRedis(server.url, 'control', () => undefined);
  try {
    const filter = new DuplicateFilter(redis, 86_400);
    const field = async (section: string, name: string) =>
      Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(await redis.info(section))?.[1] ?? 0);
    const cpu = async () => (await field('cpu', 'used_cpu_user')) + (await field('cpu', 'used_cpu_sys'));
    const before = { bytes: await field('memory', 'used_memory'), cpu: await cpu(), ms: performance.now() };
    let next = 2_070_443_601_311_540n;
    for (let done = 0; done < ids; done += batchSize) {
      const hour = String(Math.floor((done / ids) * hours)).padStart(2, '0');
      const keys = Array.from({ length: Math.min(batchSize, ids - done) }, () => ({
        connectionId: `connection-${String((done / batchSize) % connections)}`,
        messageId: String((next += 7n)),
        publishTime: `2026-02-03T${hour}:00:00Z`,
      }));
      await filter.claim(`batch-${String(done)}`, keys);
      await filter.mark(`batch-${String(done)}`, keys);
    }
    const seconds = (performance.now() - before.ms) / 1_000;
    return {
      ids,
      connections,
      bytesPerId: ((await field('memory', 'used_memory')) - before.bytes) / ids,
      redisCpuSecondsPerMillion: (((await cpu()) - before.cpu) * 1_000_000) / ids,
      idsPerSecond: ids / seconds,
    };
  } finally {
    disconnectRedis(redis);
    await server.stop();
  }
}
