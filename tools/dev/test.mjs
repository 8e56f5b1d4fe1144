// Sets up what is missing, then checks and tests everything. The last line counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import {
  SetupError,
  ensureBuilt,
  ensureInstalled,
  ensureRedis,
  pinnedNode,
  root,
  run,
  say,
} from './setup.mjs';

/** Tests that start a whole platform each, which needs the machine for itself; the others share it. */
const platforms = '/tools/(bench|faults|local-platform)/';
const rounds = [
  ['--testPathPatterns', platforms],
  ['--testPathIgnorePatterns', platforms, '--maxWorkers=100%'],
];

async function test(args) {
  const report = join(folder, 'jest.json');
  rmSync(report, { force: true });
  await run(pinnedNode, [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${report}`,
    ...args,
  ]);
  return JSON.parse(readFileSync(report, 'utf8'));
}

const folder = mkdtempSync(join(tmpdir(), 'floodgate-test-'));
try {
  await ensureInstalled();
  await ensureBuilt();
  await ensureRedis({ mayUseOthers: false });
  const failedChecks = await check();
  say('testing ...');
  const chosen = process.argv.slice(2);
  const results = [];
  for (const args of chosen.length > 0 ? [chosen] : rounds) results.push(await test(args));
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const passed = sum('numPassedTests');
  // A suite that could not run at all has no tests to fail, and counts as one.
  const failed = sum('numFailedTests') + sum('numRuntimeErrorTestSuites') + failedChecks.length;
  if (failedChecks.length > 0) say(`checks failed: ${failedChecks.join(', ')}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed, ${sum('numPendingTests')} skipped`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
