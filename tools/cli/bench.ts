import { Command } from 'commander';
import { benchReceiver, thisMachine, type Machine, type ReceiverFigures } from '#tools/bench';
import { duration, positive } from './duration.js';

type ReceiverOptions = { for: number; connections: number; tenants: number; json: boolean };

export function benchCommand(): Command {
  return new Command('bench').description('Measure parts of Floodgate on this machine.').addCommand(
    new Command('receiver')
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
      .action(receiver),
  );
}

async function receiver(options: ReceiverOptions): Promise<void> {
  console.error('floodgate: measuring the receiver ...');
  const figures = await benchReceiver({ ...options, durationMs: options.for });
  const machine = thisMachine();
  console.log(options.json ? JSON.stringify({ machine, figures }, undefined, 2) : table(figures, machine));
  process.exitCode = figures.inTheBooks === figures.acknowledged ? 0 : 1;
}

function table(figures: ReceiverFigures, machine: Machine): string {
  const { latencyMs, cpuSecondsPerMillion: cpu, memoryMiB } = figures;
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const rows: [string, string][] = [
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
    [
      'machine',
      `${machine.cpu}, ${String(machine.cores)} cores, ${String(machine.memoryGiB)} GiB, ${machine.kernel}`,
    ],
    [
      'software',
      `Node ${machine.node}, Redis ${figures.redis} (appendfsync always), commit ${machine.commit}, ${machine.date}`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
