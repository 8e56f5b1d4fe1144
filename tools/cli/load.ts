import { Command } from 'commander';
import { runLoad, zipfWeight, type LoadOptions, type LoadResult } from '#tools/loadgen';
import { duration, exponent, positive } from './duration.js';
import { findRunning } from './running.js';

type LoadCommandOptions = {
  rate?: number;
  for: number;
  connections: number;
  zipf: number;
  seed: number;
  json: boolean;
};

export function loadCommand(): Command {
  return new Command('load')
    .description(
      'Push generated audit entries at the receiver of a running `floodgate start`, and measure it.',
    )
    .option(
      '--rate <events>',
      'pushes a second, whatever the answers do; without it, as fast as they come',
      positive,
    )
    .option('--for <time>', 'how long', duration, 10_000)
    .option('--connections <count>', 'open connections', positive, 64)
    .option(
      '--zipf <exponent>',
      "exponent of Zipf's law for the tenants' shares; 0 makes them equal",
      exponent,
      0,
    )
    .option(
      '--seed <number>',
      'the same seed pushes the same events again',
      positive,
      Date.now() % 10_000_000,
    )
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
Latencies count from the moment at which a push was due, so they hold the wait in front of a slow receiver.
It exits 1 when any push was not acknowledged.

Examples:
  npx floodgate load --rate 2000 --for 30s
  npx floodgate load --json | jq .latencyMs.p99`,
    )
    .action(load);
}

async function load(options: LoadCommandOptions): Promise<void> {
  const { receiverUrl, googleUrl, connections } = await findRunning();
  const targets: LoadOptions['targets'] = [];
  for (const [index, { pushUrl, subscription, ...account }] of connections.entries()) {
    const token = await tokenFor(googleUrl, account);
    targets.push({
      ...{ path: new URL(pushUrl).pathname, subscription, token },
      weight: zipfWeight(index + 1, options.zipf),
    });
  }
  const result = await runLoad({
    url: receiverUrl,
    targets,
    connections: options.connections,
    durationMs: options.for,
    seed: options.seed,
    ...(options.rate === undefined ? {} : { ratePerSecond: options.rate }),
  });
  console.log(options.json ? JSON.stringify(result, undefined, 2) : summary(result));
  process.exitCode = result.byStatus['204'] === result.sent && result.unsent === 0 ? 0 : 1;
}

/** Asks the local Google as one would ask the IAM Credentials API. */
async function tokenFor(googleUrl: string, account: { serviceAccountEmail: string; audience: string }) {
  const method = `/v1/projects/-/serviceAccounts/${account.serviceAccountEmail}:generateIdToken`;
  const body = JSON.stringify({ audience: account.audience, includeEmail: true });
  const response = await fetch(googleUrl + method, { method: 'POST', body });
  if (!response.ok) throw new Error(`Google gave no token: ${await response.text()}`);
  return ((await response.json()) as { token: string }).token;
}

function summary({ sent, byStatus, eventsPerSecond, latencyMs, unsent }: LoadResult): string {
  const answers = Object.entries(byStatus).map(([status, count]) => `${status}: ${String(count)}`);
  const late = unsent > 0 ? `, ${String(unsent)} never sent` : '';
  return [
    `pushed    ${String(sent)}${late}`,
    `answers   ${answers.join(', ')}`,
    `rate      ${eventsPerSecond.toFixed(0)} a second`,
    `latency   p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms, max ${latencyMs.max.toFixed(1)} ms`,
  ].join('\n');
}
