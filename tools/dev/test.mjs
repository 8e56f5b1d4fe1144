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

const folder = mkdtempSync(join(tmpdir(), 'floodgate-test-'));
try {
  await ensureInstalled();
  await ensureBuilt();
  await ensureRedis({ mayUseOthers: false });
  const failedChecks = await check();
  say('testing ...');
  const report = join(folder, 'jest.json');
  await run(pinnedNode, [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ]);
  const result = JSON.parse(readFileSync(report, 'utf8'));
  // A suite that could not run at all has no tests to fail, and counts as one.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + failedChecks.length;
  if (failedChecks.length > 0) say(`checks failed: ${failedChecks.join(', ')}`);
  process.exitCode = failed === 0 && result.numPassedTests > 0 ? 0 : 1;
  console.log(`${result.numPassedTests} passed, ${failed} failed, ${result.numPendingTests} skipped`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
