import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { logUpdateStderr } from 'log-update';
import { AuditTraffic, Random, rateAt, samplesFrom } from '#tools/local-google';
import { Judge, Platform, appNames, drain, driveTraffic, reportNow } from '#tools/local-platform';
import { duration, positive, share } from './duration.js';
import { finalVerdict, reportTable, runningVerdict } from './live-view.js';
import { messageOf } from './message-of.js';
import { rememberRunning, runningFile } from './running.js';

type StartOptions = {
  rate: number;
  tenants: number;
  samples?: string;
  for?: number;
  seed: number;
  duplicates: number;
  malformed: number;
  freePorts: boolean;
  json: boolean;
};

const names = ['acme', 'globex', 'initech', 'umbrella', 'hooli', 'stark', 'wayne', 'wonka'];
/** Where `start` leaves the token of this run's APIs. */
const adminTokenFile = join('.floodgate', 'admin-token');
const logDirectory = join('.floodgate', 'logs');
const drainMs = 60_000;

export function startCommand(): Command {
  return new Command('start')
    .description('Run all of Floodgate, Google and AWS on this machine, with audit traffic flowing.')
    .option(
      '--rate <events>',
      'events a second on average over a day, in bursts as customers have them',
      positive,
      200,
    )
    .option('--tenants <count>', 'customers to connect', positive, 3)
    .option(
      '--samples <dir>',
      'push the LogEntries of the *.ndjson files of a folder instead of generated ones',
    )
    .option('--for <time>', 'run that long, drain, report, and exit 0 only when the books close', (text) =>
      positive(String(duration(text))),
    )
    .option('--seed <number>', 'seed of the generated traffic', positive, 1)
    .option('--duplicates <share>', 'share of messages that are pushed twice', share, 0.01)
    .option('--malformed <share>', 'share of generated messages that are malformed', share, 0.0005)
    .option('--free-ports', 'listen on any free ports instead of the well-known ones', false)
    .option('--json', 'print the final report as JSON on standard output', false)
    .addHelpText(
      'after',
      `
Examples:
  npm start                                     until Ctrl-C, with a live view
  npm start -- --for 60s                        a minute, then a report
  npm start -- --samples DIR --rate 500 --tenants 5
  npx floodgate start --for 10s --json | jq .   for scripts`,
    )
    .action(start);
}

async function start(options: StartOptions, command: Command): Promise<void> {
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const say = (text: string) => {
    console.error(`floodgate: ${text}`);
  };

  // What is wrong with the command line is said before anything starts.
  if (options.samples !== undefined)
    await samplesFrom(options.samples).catch((error: unknown) => {
      command.error(`error: ${messageOf(error)}`, { exitCode: 2 });
    });
  await mkdir(logDirectory, { recursive: true });
  const platform = await Platform.start({
    ports: options.freePorts ? 'free' : 'fixed',
    redisUrl: process.env['REDIS_URL'],
    adminToken: process.env['ADMIN_TOKEN'],
    logDirectory,
    objectIntervalMs: 5_000,
    onProgress: say,
  });
  // From here on AWS means the one on this machine, for the readers in this process too.
  Object.assign(process.env, platform.aws.environment);
  const judge = new Judge(platform.aws.queueUrl('judge'));
  judge.start();
  try {
    const tenants = Array.from(
      { length: options.tenants },
      (_, index) => names[index] ?? `tenant-${String(index + 1)}`,
    );
    for (const tenant of tenants) await platform.connect(tenant);
    await writeFile(runningFile(), rememberRunning(platform));
    await writeFile(adminTokenFile, platform.adminToken, { mode: 0o600 });
    showAddresses(platform);
    say(
      `pushing some ${String(options.rate)} events a second, by the time of day, for ${tenants.join(', ')}`,
    );

    const over =
      options.for === undefined
        ? stopping.signal
        : AbortSignal.any([stopping.signal, AbortSignal.timeout(options.for)]);
    const traffic = driveTraffic({
      google: platform.google,
      subscriptions: await sourcesOf(platform, options),
      rateAt: (nowMs) => rateAt(nowMs, options.rate, options.seed),
      duplicateShare: options.duplicates,
      random: new Random(options.seed),
      signal: over,
    });
    await showUntil(platform, judge, over);
    await traffic;
    say('draining ...');
    const reports = await drain(platform, judge, drainMs);
    const isClosed = reports.every(({ problems }) => problems.length === 0);
    if (options.json) console.log(JSON.stringify({ closed: isClosed, tenants: reports }, undefined, 2));
    else
      console.log(
        `\n${reportTable(reports, finalVerdict)}\n\n${isClosed ? 'The books close.' : 'The books do NOT close.'}`,
      );
    process.exitCode = isClosed ? 0 : 1;
  } finally {
    say('stopping ...');
    await judge.stop();
    await platform.stop();
  }
}

async function sourcesOf(platform: Platform, { samples, seed, malformed }: StartOptions) {
  return Promise.all(
    platform.connections.map(async ({ subscription, tenant }, index) => ({
      name: subscription,
      weight: 1 / (index + 1),
      source:
        samples === undefined
          ? new AuditTraffic({ seed: seed + index, tenant, malformedShare: malformed })
          : await samplesFrom(samples),
    })),
  );
}

/** Where to look, once everything listens. */
function showAddresses(platform: Platform): void {
  console.error(
    [
      `  receiver   ${platform.urls.receiver}/v1/push/...`,
      `  portal     ${platform.urls.portal}/api/v1/openapi.json`,
      `  health     curl -H "authorization: Bearer $(cat ${adminTokenFile})" ${platform.urls.monitor}/api/v1/health`,
      `  landed     npx floodgate tail --tenant ${platform.connections[0]?.tenant ?? ''}`,
      `  logs       ${logDirectory}/{${appNames.join(',')}}.log`,
    ].join('\n'),
  );
}

/** A live table at a terminal, a plain line every few seconds elsewhere. */
async function showUntil(platform: Platform, judge: Judge, over: AbortSignal): Promise<void> {
  const isTerminal = process.stderr.isTTY;
  let lastPushed = 0;
  let lastMs = performance.now();
  while (!over.aborted) {
    await wait(isTerminal ? 1_000 : 5_000, undefined, { signal: over }).catch(() => undefined);
    const reports = await reportNow(platform, judge).catch(() => []);
    const pushed = reports.reduce((sum, report) => sum + report.pushed, 0);
    const nowMs = performance.now();
    const perSecond = Math.round(((pushed - lastPushed) * 1_000) / (nowMs - lastMs));
    lastPushed = pushed;
    lastMs = nowMs;
    if (isTerminal) {
      const status = `${String(perSecond)} events/s   Ctrl-C drains and stops`;
      logUpdateStderr(`\n${reportTable(reports, runningVerdict)}\n\n${status}`);
      continue;
    }
    const total = (pick: (report: (typeof reports)[number]) => number) =>
      reports.reduce((sum, report) => sum + pick(report), 0);
    const line = {
      in: pushed,
      landed: total(({ landed }) => landed),
      inFlight: total(({ inFlight }) => inFlight),
      duplicates: total(({ duplicates }) => duplicates),
      quarantined: total(({ quarantined }) => quarantined),
    };
    const text = Object.entries(line).map(([name, value]) => `${name} ${String(value)}`);
    console.error(`${new Date().toISOString()} ${text.join('  ')}  ${String(perSecond)}/s`);
  }
  if (isTerminal) logUpdateStderr.done();
}
