import { spawn } from 'node:child_process';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { endsWithUs } from '#testing';
import { zipfWeight, type LoadOptions, type LoadResult } from '#tools/loadgen';
import type { Platform } from '#tools/local-platform';

/** A tool's file as it was built, whether this one was or runs from its source. */
export function builtProgram(path: string): string {
  return join(dirname(findPackageJSON(import.meta.url) ?? ''), 'dist/tools', path);
}

const program = builtProgram('loadgen/main.js');

/** The load source, as a process of its own so that it has a core of its own. */
export async function drive(options: LoadOptions): Promise<LoadResult> {
  const child = endsWithUs(
    spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  return (await json(child.stdout)) as LoadResult;
}

export function tenantName(rank: number): string {
  return `tenant-${String(rank)}`;
}

/** Tenants `tenant-1`, `tenant-2`, ... whose shares fall as Zipf's law has it; exponent 0 makes them equal. */
export async function connectTenants(
  platform: Platform,
  tenants: number,
  zipf: number,
): Promise<LoadOptions['targets']> {
  const targets: LoadOptions['targets'] = [];
  for (let rank = 1; rank <= tenants; rank += 1) {
    const { pushUrl, subscription, serviceAccountEmail, serviceAccountId, audience } = await platform.connect(
      tenantName(rank),
      1_000_000,
    );
    const account = { email: serviceAccountEmail, uniqueId: serviceAccountId, audience };
    const token = await platform.google.identity.token(account);
    targets.push({ path: new URL(pushUrl).pathname, token, subscription, weight: zipfWeight(rank, zipf) });
  }
  return targets;
}
