import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endsWithUs } from './ends-with-us.js';
import { freePort } from './free-port.js';

/** A real Redis server of our own, durable as in production, in a folder of its own. */
export type RedisServer = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where its append-only files are. */
  readonly directory: string;
  /** Ends it as a crash would (SIGKILL), keeping its files. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  /** Stops it, and removes the folder unless one was given. */
  stop(): Promise<void>;
};

export type RedisServerOptions = {
  /** Where its files live; by default a new temporary folder, removed at `stop`. */
  directory?: string;
  port?: number;
  /** More settings, as `--name value` pairs; they win over the defaults. */
  settings?: Record<string, string>;
  /** More variables of its environment. */
  environment?: Record<string, string>;
};

/** A large append-only file takes its time. */
const answerWithinMs = 30_000;

const names = ['redis-server', 'valkey-server'];

/** The Redis or Valkey server on the PATH, if there is one. */
export function findRedisServer(): string | undefined {
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** @throws when no server is on the PATH, or it does not answer in time. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const binary = findRedisServer();
  if (binary === undefined) throw new Error(`none of ${names.join(', ')} is on the PATH`);
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'floodgate-redis-')));
  await mkdir(directory, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    'set-max-intset-entries': '2048',
    save: '',
    loglevel: 'warning',
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let child: ChildProcess;
  // Known before it answers, so that a `stop` meanwhile ends it too.
  const start = () =>
    untilAnswering(
      (child = endsWithUs(
        spawn(binary, args, {
          env: { ...process.env, ...options.environment },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )),
      port,
    );
  await start();
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    port,
    directory,
    get pid() {
      return child.pid ?? -1;
    },
    kill: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGKILL');
      await start();
    },
    stop: async () => {
      // Nobody reads a temporary folder again, and a server in the middle of a sync is slow to go.
      await end(child, options.directory === undefined ? 'SIGKILL' : 'SIGTERM');
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(child: ChildProcess, port: number): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
  }
  const probe = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  probe.on('error', () => undefined);
  const deadline = AbortSignal.timeout(answerWithinMs);
  try {
    await Promise.race([
      probe.ping(),
      once(child, 'exit').then(() => Promise.reject(new Error(`Redis ended: ${output.trim()}`))),
      once(deadline, 'abort').then(() => Promise.reject(new Error(`Redis does not answer: ${output}`))),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    probe.disconnect();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
