import { builtProgram, connectTenants } from './drive.js';
import { Peer } from './peer.js';
import {
  defaultWarmUpMs,
  measurePipeline,
  withPipeline,
  type PipelineFigures,
  type PipelineOptions,
} from './pipeline.js';

/** CPU-seconds for a million events: a billion a day on one core. */
const budget = 86.4;
/** What the bare server takes of them where the budget was drawn up. */
const budgetedBareServer = 21;

export type Yardstick = {
  /** CPU-seconds for a million pushes of a server that reads each and answers, here and in this hour. */
  bareServer: number;
  /** Floodgate's CPU for an event over the bare server's for a push. */
  ratio: number;
  /** What `ratio` is to stay below: the budget over its own bare server. */
  budgetedRatio: number;
  /** `relative` when it is met by the ratio, and not in seconds of this machine. */
  budgetIs: 'met' | 'relative' | 'missed';
};

export type YardstickedFigures = PipelineFigures & { yardstick?: Yardstick };

const bareServer = builtProgram('bench/bare-server.js');
/** As long as it takes to tell machines apart. */
const bareMs = 10_000;

/**
 * The whole pipeline, and before and after it, pushed at in the same way, a bare server: a figure in seconds
 * holds for one machine at one hour, a ratio for others too. Without the yardstick where there is no /proc.
 */
export async function benchWithYardstick(options: PipelineOptions): Promise<YardstickedFigures> {
  return withPipeline(options, async (platform) => {
    const targets = await connectTenants(platform, options.tenants, options.zipf);
    const measure = () => measurePipeline(platform, targets, options);
    if (process.platform !== 'linux') return measure();
    const peer = await Peer.start(`'${process.execPath}' '${bareServer}'`);
    try {
      const { ratePerSecond, connections, durationMs, warmUpMs = defaultWarmUpMs } = options;
      const load = { targets, connections, durationMs: Math.min(durationMs, bareMs) };
      const paced = ratePerSecond === undefined ? load : { ...load, ratePerSecond };
      const bare = async () => (await peer.measure(paced, warmUpMs / 2)).cpuSecondsPerMillion;
      const before = await bare();
      const figures = await measure();
      const after = await bare();
      return { ...figures, yardstick: yardstickOf(figures.cpuSecondsPerMillion.all, (before + after) / 2) };
    } finally {
      await peer.stop();
    }
  });
}

export function yardstickOf(cpuSecondsPerMillion: number, bareServer: number): Yardstick {
  const ratio = cpuSecondsPerMillion / bareServer;
  const budgetedRatio = budget / budgetedBareServer;
  const isRelative = ratio <= budgetedRatio;
  const budgetIs = cpuSecondsPerMillion <= budget ? 'met' : isRelative ? 'relative' : 'missed';
  return { bareServer, ratio, budgetedRatio, budgetIs };
}
