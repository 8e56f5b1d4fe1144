import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** What a figure was measured on; without it a figure says nothing. */
export type Machine = {
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  commit: string;
  date: string;
};

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    node: process.version,
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const isDirty = git('status', '--porcelain').length > 0;
    return `${git('rev-parse', '--short', 'HEAD').toString().trim()}${isDirty ? ' and changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
