// Runs on any Node from 20.19 before anything is installed, so it uses nothing but Node itself.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const pinnedNode = join(root, 'node_modules/node/bin/node');
const state = join(root, '.floodgate');

/** One clear sentence for the person at the terminal. */
export class SetupError extends Error {}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`floodgate: ${text}\n`);
}

/**
 * Runs a command in the workspace and resolves with its exit code.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** Installs the locked packages, the pinned Node among them, unless they are there already. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node 20.19 or newer is needed to begin with; this is ${process.versions.node}.`);
  }
  const stamp = join(state, 'installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(pinnedNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing packages and the pinned Node (once, about a minute) ...');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) throw new SetupError('npm could not install the packages; its own message stands above.');
  mkdirSync(state, { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Compiles what changed since the last build; a second or two, and nothing when nothing changed. */
export async function ensureBuilt() {
  const stamp = join(root, 'dist/.built');
  const newest = Math.max(
    ...['apps', 'libs', 'tools'].map(newestChange),
    statSync(join(root, '.swcrc')).mtimeMs,
  );
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= newest) return;
  say('compiling ...');
  const swc = join(root, 'node_modules/@swc/cli/bin/swc.js');
  const args = [swc, 'apps', 'libs', 'tools', '--out-dir', 'dist', '--ignore', '**/*.test.ts', '--quiet'];
  if ((await run(pinnedNode, args, { stdio: ['ignore', 2, 2] })) !== 0)
    throw new SetupError('the code does not compile.');
  writeFileSync(stamp, String(newest));
}

/** @param {string} folder */
function newestChange(folder) {
  let newest = 0;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
    if (!entry.name.endsWith('.ts')) continue;
    newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

/**
 * Sees to it that a Redis can be had, in this order: REDIS_URL, a server on the PATH, Docker, apt-get.
 * @returns {Promise<{ environment: Record<string, string>, stop: () => void }>} what the next process needs
 */
export async function ensureRedis({ mayUseOthers = true } = {}) {
  const nothing = { environment: {}, stop: () => undefined };
  if (mayUseOthers && process.env.REDIS_URL) return nothing;
  if (succeeds('redis-server', ['--version']) || succeeds('valkey-server', ['--version'])) return nothing;
  if (mayUseOthers && succeeds('docker', ['info'])) return redisInDocker();
  if (userInfo().uid === 0 && succeeds('apt-get', ['--version'])) {
    say('installing a Redis server by apt-get (once) ...');
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { stdio: ['ignore', 'ignore', 2], env: environment };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], quiet);
    if (succeeds('redis-server', ['--version'])) return nothing;
  }
  throw new SetupError(
    'a Redis server is needed: install redis-server or valkey-server so that it is on the PATH' +
      (mayUseOthers ? ', start Docker, or set REDIS_URL.' : '.'),
  );
}

function redisInDocker() {
  say('starting Redis in Docker ...');
  const options = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  const started = spawnSync('docker', [
    'run',
    '-d',
    '--rm',
    '-p',
    '127.0.0.1::6379',
    'redis:7',
    'redis-server',
    ...options,
  ]);
  const id = started.stdout.toString().trim();
  const port = spawnSync('docker', ['port', id, '6379/tcp']).stdout.toString().trim().split(':').pop();
  if (started.status !== 0 || !port)
    throw new SetupError('Docker is there, but could not start Redis in it.');
  return {
    environment: { REDIS_URL: `redis://127.0.0.1:${port}` },
    stop: () => void spawnSync('docker', ['stop', id]),
  };
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
