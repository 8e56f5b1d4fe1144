import type { Platform } from '#tools/local-platform';
import { connectTenants } from './drive.js';
import { Peer, type PeerFigures } from './peer.js';
import {
  defaultWarmUpMs,
  measurePipeline,
  withPipeline,
  type PipelineFigures,
  type PipelineOptions,
} from './pipeline.js';

export type Pair = {
  floodgate: PipelineFigures;
  peer: PeerFigures;
  /** Floodgate's CPU for an event over the peer's: below 1 Floodgate needs less. */
  cpuRatio: number;
};

export type Comparison = { pairs: Pair[]; medianCpuRatio: number };

/** Pushes the same at Floodgate, all of it, and at another receiver, in turn and `pairs` times. */
export async function benchComparison(
  options: PipelineOptions,
  command: string,
  pairs: number,
): Promise<Comparison> {
  const peer = await Peer.start(command);
  try {
    const measured = await withPipeline(options, (platform) => inTurn(platform, peer, options, pairs));
    return { pairs: measured, medianCpuRatio: median(measured.map(({ cpuRatio }) => cpuRatio)) };
  } finally {
    await peer.stop();
  }
}

async function inTurn(
  platform: Platform,
  peer: Peer,
  options: PipelineOptions,
  count: number,
): Promise<Pair[]> {
  const { ratePerSecond, connections, durationMs, warmUpMs = defaultWarmUpMs } = options;
  const targets = await connectTenants(platform, options.tenants, options.zipf);
  const load = { targets, connections, durationMs };
  const paced = ratePerSecond === undefined ? load : { ...load, ratePerSecond };
  const pairs: Pair[] = [];
  for (let seed = 1; seed <= count; seed += 1) {
    const floodgate = await measurePipeline(platform, targets, options);
    const figures = await peer.measure({ ...paced, seed }, warmUpMs);
    const cpuRatio = floodgate.cpuSecondsPerMillion.all / figures.cpuSecondsPerMillion;
    pairs.push({ floodgate, peer: figures, cpuRatio });
  }
  return pairs;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = NaN, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return (low + high) / 2;
}
