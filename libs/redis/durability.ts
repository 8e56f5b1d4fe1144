import { mastersOf } from './masters.js';
import type { Redis } from './redis.js';

/** What "acknowledged means durable" asks of Redis, and why. */
const wanted = {
  appendonly: { value: 'yes', why: 'so that a restart keeps the queues' },
  appendfsync: { value: 'always', why: 'so that a power cut keeps what was acknowledged' },
  'maxmemory-policy': { value: 'noeviction', why: 'so that no job is evicted' },
} as const;

type Settings = Readonly<Record<string, string | undefined>>;

/** Compares each server's settings with what durability needs; one sentence per setting to change. */
export function durabilityProblems(servers: readonly Settings[]): string[] {
  return Object.entries(wanted).flatMap(([name, { value, why }]) => {
    const wrong = servers.find((found) => found[name] !== value);
    return wrong === undefined
      ? []
      : [`run "CONFIG SET ${name} ${value}" (it is ${wrong[name] ?? 'unreadable'}), ${why}`];
  });
}

/** Reads the settings that {@link durabilityProblems} judges, of every server that takes writes. */
export async function readDurabilitySettings(redis: Redis): Promise<Settings[]> {
  return Promise.all((await mastersOf(redis)).map(readSettings));
}

async function readSettings(server: Redis): Promise<Settings> {
  const entries = Object.keys(wanted).map(async (name) => {
    const [, value] = (await server.config('GET', name)) as string[];
    return [name, value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
