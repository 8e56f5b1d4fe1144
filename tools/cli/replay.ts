import { Command, InvalidArgumentError } from 'commander';
import { settings } from '#config';
import { receivedBatch, type QuarantineLine } from '#contracts';
import { FailedJobs, JobPublisher } from '#queue-transport';
import {
  eventsIn,
  isReplayable,
  quarantineLinesOf,
  replayBatches,
  type QuarantinedMessage,
} from '#tools/replay';
import { positive } from './duration.js';
import { findRunning } from './running.js';

type Where = { redisUrl?: string; shards: number; json: boolean };
type JobsOptions = Where & { retry: boolean; id?: string; reason?: string };
type QuarantineOptions = Where & {
  bucket?: string;
  tenant?: string;
  reason?: string;
  since?: Date;
  show: boolean;
  inject: boolean;
};

const most = 10_000;
const deadlineMs = 10_000;
const ignore = () => undefined;

export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'Show what failed for good or lies in quarantine, and send it through once more after a fix.',
    )
    .addHelpText(
      'after',
      `
Without --redis-url and --bucket it looks at a running \`floodgate start\`.

Examples:
  npx floodgate replay jobs                                   failed jobs, and why
  npx floodgate replay jobs --retry --reason sink_refused
  npx floodgate replay quarantine --tenant acme --since 2026-02-03
  npx floodgate replay quarantine --reason invalid_json --show
  npx floodgate replay quarantine --tenant acme --inject`,
    )
    .addCommand(
      where(new Command('jobs'))
        .description('Jobs that were given up; they hold all their events.')
        .option('--retry', 'put them back into their queues', false)
        .option('--id <id>', 'only this job')
        .option('--reason <text>', 'only jobs whose reason holds this text')
        .action(jobs),
    )
    .addCommand(
      where(new Command('quarantine'))
        .description(
          'Messages in quarantine. They stay there; replaying one twice within the duplicate window changes nothing.',
        )
        .option('--bucket <name>', 'the bucket that Firehose writes')
        .option('--tenant <id>', 'only of this tenant')
        .option('--reason <code>', 'only with this reason')
        .option('--since <time>', 'only received since then', time)
        .option('--show', 'print the original bytes of each', false)
        .option('--inject', 'send them through the pipeline once more', false)
        .action(quarantine),
    );
}

function where(command: Command): Command {
  return command
    .option('--redis-url <url>', 'the Redis of the queues', redisUrl, process.env['REDIS_URL'])
    .option('--shards <count>', 'QUEUE_SHARDS of the apps', positive, 1)
    .option('--json', 'print JSON lines', false);
}

function redisUrl(text: string): string {
  const { success, error } = settings.REDIS_URL.safeParse(text);
  if (!success) throw new InvalidArgumentError(`It ${error.issues[0]?.message ?? 'is wrong'}.`);
  return text;
}

function time(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2026-02-03T10:00Z.');
  return date;
}

async function jobs({ retry, id, reason, json, ...options }: JobsOptions): Promise<void> {
  const redisUrl = options.redisUrl ?? (await findRunning()).redisUrl;
  let problem: Error | undefined;
  const failed = new FailedJobs({ redisUrl, shards: options.shards, onError: (error) => (problem = error) });
  try {
    await failed.connected(deadlineMs).catch(() => {
      throw new Error('Redis does not answer.', { cause: problem });
    });
    const found = (await failed.list(most)).filter(
      (job) => (id === undefined || job.id === id) && (reason === undefined || job.reason.includes(reason)),
    );
    for (const job of found) {
      const done = retry ? await failed.retry(job) : false;
      const text = `${job.failedAt}  ${job.queue}  ${job.id}  ${String(job.events)} parts  ${job.reason}`;
      console.log(json ? JSON.stringify({ ...job, retried: done }) : text);
    }
    console.error(`floodgate: ${String(found.length)} failed jobs${retry ? ' put back' : ''}`);
  } finally {
    failed.close();
  }
}

async function quarantine({ show, inject, json, shards, ...options }: QuarantineOptions): Promise<void> {
  const running = options.bucket === undefined ? await findRunning() : undefined;
  Object.assign(process.env, running?.environment);
  const redisUrl = options.redisUrl ?? running?.redisUrl;
  const lines: QuarantineLine[] = [];
  for await (const line of quarantineLinesOf(options.bucket ?? running?.bucket ?? '', options))
    lines.push(line);
  const messages = eventsIn(lines);
  for (const message of messages) console.log(json ? asJson(message) : summary(message, show));
  console.error(`floodgate: ${String(messages.length)} messages in quarantine`);
  if (!inject) return;
  if (redisUrl === undefined) throw new Error('--inject needs --redis-url or REDIS_URL.');
  const replayable = messages.filter(isReplayable);
  await injectAll(redisUrl, shards, replayable);
  const left = messages.length - replayable.length;
  console.error(
    `floodgate: ${String(replayable.length)} messages sent through again; ${String(left)} are requests that hold no message`,
  );
}

async function injectAll(
  redisUrl: string,
  shards: number,
  messages: readonly QuarantinedMessage[],
): Promise<void> {
  const publisher = new JobPublisher({ redisUrl, shards, deadlineMs, onError: ignore });
  try {
    await publisher.connected();
    for (const batch of await replayBatches(messages, Date.now()))
      await publisher.publish(receivedBatch, batch);
  } finally {
    publisher.close();
  }
}

function asJson({ bytes, ...message }: QuarantinedMessage): string {
  return JSON.stringify({ ...message, data_base64: bytes.toString('base64') });
}

function summary({ id, tenantId, receivedAt, reason, bytes }: QuarantinedMessage, show: boolean): string {
  const head = `${receivedAt}  ${tenantId}  ${reason}  ${String(bytes.length)} bytes  ${id}`;
  return show ? `${head}\n${JSON.stringify(bytes.toString())}` : head;
}
