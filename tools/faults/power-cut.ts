import { spawnSync } from 'node:child_process';
import { readFile, readdir, truncate } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

const source = join(dirname(findPackageJSON(import.meta.url) ?? ''), 'tools/faults/synced-length.c');

/** Why a power cut cannot be emulated on this machine. */
export function powerCutMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  return spawnSync('cc', ['--version']).error
    ? 'needs a C compiler (apt-get install gcc libc6-dev)'
    : undefined;
}

/** What Redis is to be started with, so that it writes down how much of its files is synced. */
export function watchedSyncs(folder: string): { environment: Record<string, string> } {
  const library = join(folder, 'synced-length.so');
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  if (status !== 0) throw new Error(`the shim was not compiled: ${String(stderr)}`);
  return { environment: { LD_PRELOAD: library } };
}

/** Cuts the append-only files back to what was synced, and says how many bytes that took away. */
export async function cutToLastSync(redisFolder: string): Promise<number> {
  let taken = 0;
  for (const file of await appendOnlyFiles(redisFolder)) {
    const synced = await readFile(`${file}.synced`, 'utf8').then(Number, () => 0);
    const { length } = await readFile(file);
    if (length <= synced) continue;
    await truncate(file, synced);
    taken += length - synced;
  }
  return taken;
}

/** The files that Redis appends to; the newest is the last. */
export async function appendOnlyFiles(redisFolder: string): Promise<string[]> {
  const folder = join(redisFolder, 'appendonlydir');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
  const sequence = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0);
  return names.sort((a, b) => sequence(a) - sequence(b)).map((name) => join(folder, name));
}
