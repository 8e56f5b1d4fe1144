#!/usr/bin/env node
// Sets up what is missing and hands over to the command line, which runs on the pinned Node.
import { join } from 'node:path';
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

const args = process.argv.slice(2);
const needsRedis = ['start', 'bench', 'faults'].includes(args[0] ?? '') && !args.includes('--help');

try {
  await ensureInstalled();
  await ensureBuilt();
  const redis = needsRedis ? await ensureRedis() : { environment: {}, stop: () => undefined };
  const program = ['--enable-source-maps', join(root, 'dist/tools/cli/main.js'), ...args];
  const env = { ...process.env, ...redis.environment };
  process.exitCode = await run(pinnedNode, program, { env, cwd: process.cwd() });
  redis.stop();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
