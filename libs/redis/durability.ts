import type { Redis } from 'ioredis';

/** What "acknowledged means durable" asks of Redis, and why. */
const wanted = {
  appendonly: { value: 'yes', why: 'so that a restart keeps the queues' },
  appendfsync: { value: 'always', why: 'so that a power cut keeps what was acknowledged' },
  'maxmemory-policy': { value: 'noeviction', why: 'so that no job is evicted' },
} as const;

/** Compares Redis's settings with what durability needs; one sentence per setting to change. */
export function durabilityProblems(found: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(wanted).flatMap(([name, { value, why }]) =>
    found[name] === value
      ? []
      : [`run "CONFIG SET ${name} ${value}" (it is ${found[name] ?? 'unreadable'}), ${why}`],
  );
}

/** Reads the settings that {@link durabilityProblems} judges. */
export async function readDurabilitySettings(redis: Redis): Promise<Record<string, string | undefined>> {
  const names = Object.keys(wanted);
  const entries = await Promise.all(
    names.map(async (name) => {
      const [, value] = (await redis.config('GET', name)) as string[];
      return [name, value] as const;
    }),
  );
  return Object.fromEntries(entries);
}
