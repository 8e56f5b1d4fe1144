import { readFileSync } from 'node:fs';
import { mastersOf, type Redis } from '#redis';
import type { AppProcess } from '#tools/local-platform';

/** What all processes of an app have taken until one moment. */
export type AppUsage = { cpuSeconds: number; peakBytes: number };

/** What Redis says of itself at one moment; what it wrote its file anew with counts, too. */
export type RedisUsage = { cpuSeconds: number; usedBytes: number; peakBytes: number; version: string };

/** Sums of an app's metrics by name, of all its processes. */
export async function metricsOf(...healthUrls: string[]): Promise<(name: string) => number> {
  const texts = await Promise.all(healthUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return (name) =>
    [...texts.join('\n').matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
}

export async function appUsage(processes: readonly AppProcess[]): Promise<AppUsage> {
  const metric = await metricsOf(...processes.map(({ healthUrl }) => healthUrl));
  const peaks = processes.map(({ pid }) => peakResidentBytes(pid));
  const isKnown = peaks.every((peak) => peak !== undefined);
  return {
    cpuSeconds: metric('process_cpu_seconds_total'),
    peakBytes: isKnown ? peaks.reduce((sum, peak) => sum + peak, 0) : metric('process_resident_memory_bytes'),
  };
}

/** All of a cluster's masters together. */
export async function redisUsage(redis: Redis): Promise<RedisUsage> {
  const masters = await Promise.all((await mastersOf(redis)).map(serverUsage));
  const sum = (of: (one: RedisUsage) => number) => masters.reduce((total, one) => total + of(one), 0);
  return {
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    usedBytes: sum(({ usedBytes }) => usedBytes),
    peakBytes: sum(({ peakBytes }) => peakBytes),
    version: masters[0]?.version ?? '',
  };
}

async function serverUsage(server: Redis): Promise<RedisUsage> {
  const info = await server.info();
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const seconds = ['used_cpu_user', 'used_cpu_sys', 'used_cpu_user_children', 'used_cpu_sys_children'];
  return {
    cpuSeconds: seconds.reduce((sum, name) => sum + Number(field(name)), 0),
    usedBytes: Number(field('used_memory')),
    peakBytes: Number(field('used_memory_peak')),
    version: field('redis_version'),
  };
}

/** The most that a process has ever had in memory, where the system tells. */
export function peakResidentBytes(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
