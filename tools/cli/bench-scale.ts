import { Command } from 'commander';
import { benchScale, type PipelineFigures, type ScaleFigures } from '#tools/bench';
import { duration, exponent, positive } from './duration.js';
import { count, each, print, type Rows } from './figures.js';

type ScaleOptions = {
  rate: number;
  spreadRate?: number;
  for: number;
  connections: number;
  tenants: number;
  zipf: number;
  json: boolean;
};

export function scaleCommand(): Command {
  return new Command('scale')
    .description('What an event costs on one Redis, and on a Redis Cluster with two processes of each app.')
    .option('--rate <events>', 'pushes a second', positive, 2_500)
    .option(
      '--spread-rate <events>',
      'pushes a second at the one that is spread; the same by default',
      positive,
    )
    .option('--for <time>', 'how long to measure each, after the warm-up', duration, 20_000)
    .option('--connections <count>', 'open connections', positive, 512)
    .option('--tenants <count>', 'tenants that push', positive, 20)
    .option('--zipf <exponent>', "exponent of Zipf's law for their shares; 0 makes them equal", exponent, 1)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
One after the other, with the same rate and tenants: one Redis, one shard and one process of each app; then
three masters, three shards and two processes of receiver, enricher and deliverer.
It exits 1 when anything that was acknowledged was not delivered.

Examples:
  npx floodgate bench scale --rate 2500 --for 20s
  npx floodgate bench scale --rate 1250 --spread-rate 2500    # as much for each process`,
    )
    .action(runScale);
}

async function runScale({ rate, spreadRate = rate, json, ...options }: ScaleOptions): Promise<void> {
  console.error('floodgate: measuring one of each, then a Redis Cluster and two of each ...');
  const given = { ...options, ratePerSecond: rate, durationMs: options.for };
  const figures = await benchScale(given, spreadRate);
  print(figures, scaleRows(figures), json);
  const isComplete = ({ acknowledged, delivered }: PipelineFigures) => delivered >= acknowledged;
  process.exitCode = isComplete(figures.one) && isComplete(figures.spread) ? 0 : 1;
}

function scaleRows({ one, spread, cpuRatio }: ScaleFigures): Rows {
  return [
    ...sideRows('one Redis, one process of each app', one),
    ...sideRows('three masters and shards, two of each app', spread),
    ['CPU, spread to one', each(cpuRatio, 2)],
    ['Redis', `${one.redisVersion}, appendfsync always`],
  ];
}

function sideRows(title: string, figures: PipelineFigures): Rows {
  const { pushedPerSecond, landedPerSecond, answerMs, cpuSecondsPerMillion: cpu } = figures;
  const rates = `${count(pushedPerSecond)} events a second in, ${count(landedPerSecond)} landed`;
  return [
    [title, `${rates}, answer p99 ${answerMs.p99.toFixed(1)} ms`],
    ['  CPU-seconds per million', each(cpu, 1)],
    ['  events per batch', count(figures.eventsPerBatch)],
    ['  books', `${count(figures.acknowledged)} acknowledged, ${count(figures.delivered)} delivered`],
  ];
}
