import { spawnSync } from 'node:child_process';
import { it } from '@jest/globals';

const terraform = 'terraform';

/** A test that needs the Terraform command, and is skipped where there is none. */
export const itWithTerraform = spawnSync(terraform, ['version']).status === 0 ? it : it.skip;

/** What Terraform prints for this input. @throws when it fails. */
export function runTerraform(args: string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(terraform, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
