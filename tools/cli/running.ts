import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Platform } from '#tools/local-platform';

const running = z.object({ environment: z.record(z.string(), z.string()), topicArn: z.string() });

/** Where `start` leaves word of what it runs, for the other commands. */
export function runningFile(): string {
  return join('.floodgate', 'running.json');
}

export function rememberRunning({ aws }: Platform): string {
  return JSON.stringify({ environment: aws.environment, topicArn: aws.topicArn });
}

/** What `start` runs on this machine, if it does. */
export async function findRunning(): Promise<z.infer<typeof running> | undefined> {
  try {
    return running.parse(JSON.parse(await readFile(runningFile(), 'utf8')));
  } catch {
    return undefined;
  }
}
