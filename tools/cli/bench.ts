import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { lineFormats, type EventFormat } from '#audit-log';
import { deliveryModes, type DeliveryMode } from '#prices';
import {
  benchAuditLog,
  benchComparison,
  benchDedupe,
  benchDepth,
  hoursPerGiB,
  benchReceiver,
  benchWithYardstick,
  type AuditLogFigures,
  type Comparison,
  type DedupeFigures,
  type DepthFigures,
  type PipelineFigures,
  type ReceiverFigures,
  type Yardstick,
  type YardstickedFigures,
} from '#tools/bench';
import { scaleCommand } from './bench-scale.js';
import { duration, exponent, positive } from './duration.js';
import { endsWhenTold } from './ended.js';
import { count, each, print, type Rows } from './figures.js';

type ReceiverOptions = { for: number; connections: number; tenants: number; json: boolean };
type AuditLogOptions = { events: number; format: EventFormat; json: boolean };
type PipelineOptions = {
  rate?: number;
  for: number;
  connections: number;
  tenants: number;
  zipf: number;
  mode?: DeliveryMode;
  profile?: string;
  compare?: string;
  pairs: number;
  json: boolean;
};
type DepthOptions = {
  events: number;
  pushed?: number;
  rate: number;
  tenants: number;
  zipf: number;
  json: boolean;
};
type DedupeOptions = { ids: number; connections: number; json: boolean };

export function benchCommand(): Command {
  const receiver = new Command('receiver')
    .description('Durable pushes a second of one receiver, its Redis syncing every write to disk.')
    .option('--for <time>', 'how long to measure, after the warm-up', duration, 15_000)
    .option('--connections <count>', 'open connections', positive, 256)
    .option('--tenants <count>', 'tenants that push', positive, 3)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
The load source is a process of its own; identity checks, quotas and the books are all on.

Examples:
  npx floodgate bench receiver
  npx floodgate bench receiver --for 60s --json | jq .figures.cpuSecondsPerMillion`,
    )
    .action(runReceiver);
  const dedupe = new Command('dedupe')
    .description('Memory and CPU of Redis for remembering message ids.')
    .option('--ids <count>', 'int64 ids to remember, of a day', positive, 1_000_000)
    .option('--connections <count>', 'connections that they come from', positive, 20)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText('after', '\nExamples:\n  npx floodgate bench dedupe --ids 10000000')
    .action(runDedupe);
  const auditLog = new Command('audit-log')
    .description('CPU for understanding one event, stage by stage.')
    .argument('[files...]', 'files of LogEntries, one on each line; generated ones by default')
    .addOption(
      new Option('--format <format>', 'EVENT_FORMAT').choices(Object.keys(lineFormats)).default('ocsf'),
    )
    .option('--events <count>', 'events for each stage', positive, 200_000)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText('after', '\nExamples:\n  npx floodgate bench audit-log --format ocsf')
    .action(runAuditLog);
  const depth = new Command('depth')
    .description('Memory of Redis for events that wait, and how long an outage may last.')
    .option('--events <count>', 'events that pile up', positive, 100_000)
    .option(
      '--pushed <events>',
      'how many of them are pushed, the others put into Redis in ready batches; all by default',
      positive,
    )
    .option('--rate <events>', 'pushes a second meanwhile', positive, 5_000)
    .option('--tenants <count>', 'tenants that push', positive, 20)
    .option('--zipf <exponent>', "exponent of Zipf's law for their shares; 0 makes them equal", exponent, 1)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  npx floodgate bench depth --events 300000 --rate 8000
  npx floodgate bench depth --events 10000000 --pushed 500000    # needs some 8 GiB`,
    )
    .action(runDepth);
  return new Command('bench')
    .description('Measure Floodgate on this machine: the whole pipeline, or a part of it.')
    .option('--rate <events>', 'pushes a second; without it, as fast as they are answered', positive)
    .option('--for <time>', 'how long to measure, after the warm-up', duration, 30_000)
    .option('--connections <count>', 'open connections', positive, 512)
    .option('--tenants <count>', 'tenants that push', positive, 20)
    .option('--zipf <exponent>', "exponent of Zipf's law for their shares; 0 makes them equal", exponent, 1)
    .addOption(new Option('--mode <mode>', 'DELIVERY_MODE').choices([...deliveryModes]))
    .enablePositionalOptions()
    .option('--profile <folder>', 'where each app writes a CPU profile')
    .option('--compare <command>', 'push the same at another receiver, which listens on $PORT, in turn')
    .option('--pairs <count>', 'how often, with --compare', positive, 3)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
The pipeline is the real one: Redis syncs every write to disk, and the local Firehose takes what is delivered.
Before and after it a bare server is pushed at in the same way, which tells how fast the machine is.
It exits 1 when anything that was acknowledged was not delivered.

Examples:
  npx floodgate bench --rate 3000 --for 60s
  npx floodgate bench --rate 2000 --compare 'node another-receiver.mjs'
  npx floodgate bench receiver`,
    )
    .hook('preAction', endsWhenTold)
    .action(runPipeline)
    .addCommand(scaleCommand())
    .addCommand(receiver)
    .addCommand(depth)
    .addCommand(dedupe)
    .addCommand(auditLog);
}

async function runPipeline(given: PipelineOptions): Promise<void> {
  const { rate, profile, json, compare, pairs, ...rest } = given;
  const options = { ...rest, ratePerSecond: rate, durationMs: rest.for, profileFolder: profile };
  console.error('floodgate: measuring the whole pipeline ...');
  if (compare !== undefined) {
    const figures = await benchComparison(options, compare, pairs);
    print(figures, comparisonRows(figures), json);
    process.exitCode = figures.pairs.every(({ floodgate }) => hasAll(floodgate)) ? 0 : 1;
    return;
  }
  const figures = await benchWithYardstick(options);
  print(figures, pipelineRows(figures), json);
  process.exitCode = hasAll(figures) ? 0 : 1;
}

function hasAll({ acknowledged, delivered }: PipelineFigures): boolean {
  return delivered >= acknowledged;
}

async function runDepth(given: DepthOptions, command: Command): Promise<void> {
  const { rate, json, pushed = given.events, ...options } = given;
  if (pushed > options.events) command.error('error: no more can be pushed than --events', { exitCode: 2 });
  console.error('floodgate: letting events pile up ...');
  const figures = await benchDepth({ ...options, pushed, ratePerSecond: rate });
  print(figures, depthRows(figures), json);
}

async function runReceiver(options: ReceiverOptions): Promise<void> {
  console.error('floodgate: measuring the receiver ...');
  const figures = await benchReceiver({ ...options, durationMs: options.for });
  print(figures, receiverRows(figures), options.json);
  process.exitCode = figures.inTheBooks === figures.acknowledged ? 0 : 1;
}

async function runDedupe({ json, ...options }: DedupeOptions): Promise<void> {
  console.error('floodgate: measuring the memory for duplicates ...');
  const figures = await benchDedupe(options);
  print(figures, dedupeRows(figures), json);
}

async function runAuditLog(files: string[], { json, ...options }: AuditLogOptions): Promise<void> {
  console.error('floodgate: measuring how events are understood ...');
  const entries = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Buffer.from(line)),
  );
  const figures = await benchAuditLog({ ...options, ...(entries.length > 0 ? { entries } : {}) });
  print(figures, auditLogRows(figures), json);
}

function pipelineRows(figures: YardstickedFigures): Rows {
  const {
    yardstick,
    answerMs,
    receiptToFirehoseMs: age,
    cpuSecondsPerMillion: cpu,
    besides,
    peakMiB,
    firehose,
  } = figures;
  return [
    ['events in', `${count(figures.pushedPerSecond)} a second of ${count(figures.tenants)} tenants`],
    ['events landed', `${count(figures.landedPerSecond)} a second, the last buffers included`],
    [
      'answer time',
      `p50 ${answerMs.p50.toFixed(1)} ms, p99 ${answerMs.p99.toFixed(1)} ms, max ${answerMs.max.toFixed(0)} ms`,
    ],
    [
      'receipt to Firehose',
      `p50 ${count(age.p50)} ms, p99 ${count(age.p99)} ms, max ${count(age.max)} ms, of the oldest line of each record`,
    ],
    ['CPU-seconds per million', each(cpu, 1)],
    ['besides, on the same machine', each(besides, 1)],
    ...(yardstick === undefined ? [] : yardstickRows(yardstick)),
    ['peak memory, MiB', each(peakMiB, 0)],
    ['events per batch', count(figures.eventsPerBatch)],
    [
      'Firehose',
      `${count(firehose.recordsPerMillion)} records and ${count(firehose.callsPerMillion)} calls per million, ${firehose.billedPerByte.toFixed(3)} bytes billed a byte`,
    ],
    ['books', `${count(figures.acknowledged)} acknowledged, ${count(figures.delivered)} delivered`],
    ['Redis', `${figures.redisVersion}, appendfsync always`],
  ];
}

const budgetWords: Record<Yardstick['budgetIs'], string> = {
  met: 'met',
  relative: "met at this machine's speed, not in seconds",
  missed: 'missed',
};

function yardstickRows({ bareServer, ratio, budgetedRatio, budgetIs }: Yardstick): Rows {
  return [
    [
      'the yardstick',
      `${bareServer.toFixed(1)} CPU-seconds per million for a bare server, which reads and answers`,
    ],
    [
      'the budget',
      `${budgetWords[budgetIs]}: ${ratio.toFixed(2)} bare servers, of ${budgetedRatio.toFixed(2)} that a billion events a day on one core allow`,
    ],
  ];
}

function comparisonRows({ pairs, medianCpuRatio }: Comparison): Rows {
  const side = (perSecond: number, p99: number, cpu: number) =>
    `${count(perSecond)} a second, answer p99 ${p99.toFixed(1)} ms, ${cpu.toFixed(1)} CPU-seconds per million`;
  return [
    ...pairs.flatMap(({ floodgate, peer, cpuRatio }, index): Rows => {
      const { pushedPerSecond, answerMs, cpuSecondsPerMillion } = floodgate;
      return [
        [
          `pair ${String(index + 1)}, Floodgate`,
          side(pushedPerSecond, answerMs.p99, cpuSecondsPerMillion.all),
        ],
        ['        the peer', side(peer.pushedPerSecond, peer.answerMs.p99, peer.cpuSecondsPerMillion)],
        ['        CPU, Floodgate to peer', cpuRatio.toFixed(2)],
      ];
    }),
    ['CPU, Floodgate to peer, median', medianCpuRatio.toFixed(2)],
  ];
}

const outageRates = [100, 1_000, 11_574, 50_000];

function depthRows(figures: DepthFigures): Rows {
  const { events, bytesPerEvent, eventsPerBatch, cpuSecondsPerMillion: cpu } = figures;
  const lasts = (hours: number) => (hours < 1 ? `${(60 * hours).toFixed(1)} min` : `${hours.toFixed(1)} h`);
  const rounded = (seconds: number[]) => seconds.map((value) => value.toFixed(0)).join(', ');
  const hours = (bytes: number) =>
    outageRates.map((rate) => `${lasts(hoursPerGiB(bytes, rate))} at ${count(rate)}`).join(', ');
  return [
    ['events', `${count(events)} in batches of ${count(eventsPerBatch)}`],
    ['wait for the enricher', `${bytesPerEvent.enricher.toFixed(0)} bytes an event`],
    ['an outage may last, per GiB', hours(bytesPerEvent.enricher)],
    ['wait for Firehose', `${bytesPerEvent.firehose.toFixed(0)} bytes an event`],
    ['an outage may last, per GiB', hours(bytesPerEvent.firehose)],
    ['CPU-seconds per million', `${rounded(cpu.growing)} of receiver and Redis, for each tenth as it came`],
    ['CPU-seconds per million', `${rounded(cpu.understood)} of enricher and Redis, for each as it was read`],
  ];
}

function receiverRows(figures: ReceiverFigures): Rows {
  const { latencyMs, cpuSecondsPerMillion: cpu, memoryMiB } = figures;
  return [
    [
      'durable pushes',
      `${count(figures.eventsPerSecond)} a second of ${count(figures.pushBytes)} bytes each`,
    ],
    [
      'answer time',
      `p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms, max ${latencyMs.max.toFixed(0)} ms`,
    ],
    [
      'CPU-seconds per million',
      `receiver ${cpu.receiver.toFixed(1)}, Redis ${cpu.redis.toFixed(1)}, both ${cpu.both.toFixed(1)}`,
    ],
    [
      'memory',
      `receiver ${String(memoryMiB.receiver)} MiB, Redis ${String(figures.redisBytesPerEvent)} bytes per buffered event`,
    ],
    ['books', `${count(figures.acknowledged)} acknowledged, ${count(figures.inTheBooks)} in the books`],
    ['Redis', `${figures.redis}, appendfsync always`],
  ];
}

function auditLogRows(figures: AuditLogFigures): Rows {
  const { events, entryBytes, lineBytes, microseconds } = figures;
  return [
    ['events', `${count(events)} of ${count(entryBytes)} bytes, lines of ${count(lineBytes)}`],
    ...Object.entries(microseconds).map(([stage, value]): Rows[number] => [
      stage,
      `${value.toFixed(2)} µs an event`,
    ]),
  ];
}

function dedupeRows(figures: DedupeFigures): Rows {
  return [
    ['ids', `${count(figures.ids)} int64 ids of ${count(figures.connections)} connections`],
    ['memory', `${figures.bytesPerId.toFixed(1)} bytes an id`],
    ['speed', `${count(figures.idsPerSecond)} ids a second, claimed and marked`],
    ['CPU-seconds per million', `Redis ${figures.redisCpuSecondsPerMillion.toFixed(2)}`],
  ];
}
