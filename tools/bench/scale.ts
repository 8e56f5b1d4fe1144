import { startRedisCluster } from '#testing';
import { benchPipeline, type PipelineFigures, type PipelineOptions } from './pipeline.js';

export type ScaleFigures = {
  /** One Redis, one shard of each queue, one process of each app. */
  one: PipelineFigures;
  /** A cluster of three masters, as many shards, two processes of each app on the path. */
  spread: PipelineFigures;
  /** What an event costs when spread, over what it costs otherwise; `all` is to stay below 1.1. */
  cpuRatio: PipelineFigures['cpuSecondsPerMillion'];
};

/** Pushes the same at the smallest Floodgate and at one that is spread over several processes and masters. */
export async function benchScale(options: PipelineOptions, spreadRate: number): Promise<ScaleFigures> {
  const one = await benchPipeline(options);
  const cluster = await startRedisCluster();
  try {
    const spread = await benchPipeline({
      ...options,
      ratePerSecond: spreadRate,
      redisUrl: cluster.url,
      shards: cluster.masters.length,
      replicas: 2,
    });
    return { one, spread, cpuRatio: ratioOf(spread.cpuSecondsPerMillion, one.cpuSecondsPerMillion) };
  } finally {
    await cluster.stop();
  }
}

function ratioOf<Figures extends Record<string, number>>(of: Figures, to: Figures): Figures {
  const entries = Object.entries(of).map(([name, value]) => [name, value / (to[name] ?? NaN)]);
  return Object.fromEntries(entries) as Figures;
}
