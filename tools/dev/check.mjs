// Everything about the code that can be told without running it.
import { join } from 'node:path';
import { ensureInstalled, pinnedNode, root, run, say } from './setup.mjs';

const bin = (path) => join(root, 'node_modules', path);
/** Those of a group run one after the other, the groups beside each other. */
const groups = [
  {
    types: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
    'unused code': [bin('knip/bin/knip.js'), '--no-progress'],
    documents: [join(root, 'tools/dev/documents.mjs'), '--check'],
  },
  {
    // ESLint's boundary rule reads the project graph, and skips what it does not find there.
    'project graph': [bin('nx/dist/bin/nx.js'), 'graph', '--file=.nx/graph.json'],
    'lint and boundaries': [bin('eslint/bin/eslint.js'), 'apps', 'libs', 'tools', '--max-warnings', '0'],
    format: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  },
];

/** Runs every check and gives the names of those that failed. */
export async function check() {
  const failed = await Promise.all(groups.map(failedOf));
  return failed.flat();
}

async function failedOf(checks) {
  const failed = [];
  for (const [name, args] of Object.entries(checks)) {
    say(`checking ${name} ...`);
    const env = { ...process.env, NX_DAEMON: 'false' };
    if ((await run(pinnedNode, args, { env })) !== 0) failed.push(name);
  }
  return failed;
}

if (process.argv[1] === import.meta.filename) {
  await ensureInstalled();
  const failed = await check();
  say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
