import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Platform } from '#tools/local-platform';

const running = z.object({
  environment: z.record(z.string(), z.string()),
  topicArn: z.string(),
  redisUrl: z.string(),
  bucket: z.string(),
  receiverUrl: z.string(),
  googleUrl: z.string(),
  connections: z.array(
    z.object({
      pushUrl: z.string(),
      audience: z.string(),
      serviceAccountEmail: z.string(),
      subscription: z.string(),
    }),
  ),
});

export type Running = z.infer<typeof running>;

/** Where `start` leaves word of what it runs, for the other commands. */
export function runningFile(): string {
  return join('.floodgate', 'running.json');
}

export function rememberRunning({ aws, redis, google, urls, connections }: Platform): string {
  return JSON.stringify({
    environment: aws.environment,
    topicArn: aws.topicArn,
    redisUrl: redis.url,
    bucket: aws.bucket,
    receiverUrl: urls.receiver,
    googleUrl: google.url,
    connections,
  } satisfies Running);
}

/** What `start` runs on this machine. @throws when it does not. */
export async function findRunning(): Promise<Running> {
  try {
    const found = running.parse(JSON.parse(await readFile(runningFile(), 'utf8')));
    await fetch(`${found.googleUrl}/v1/subscriptions`);
    return found;
  } catch (cause) {
    throw new Error('nothing runs here; use `npm start` first', { cause });
  }
}
