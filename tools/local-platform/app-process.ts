import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endsWithUs } from '#testing';

/** The apps as they were built, whether this file was or runs from its source. */
const dist = join(dirname(findPackageJSON(import.meta.url) ?? ''), 'dist');

export type AppName = 'receiver' | 'enricher' | 'deliverer' | 'monitor' | 'portal';

/** As in the image: in a small heap V8 marks everything several times a second. */
const nodeOptions = ['--initial-heap-size=256', '--enable-source-maps'];

/** One app as a process of its own, as in production: started, watched, killed and started again. */
export class AppProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  /** Times it was started again because it had died. */
  restarts = 0;

  constructor(
    readonly name: AppName,
    private readonly environment: Record<string, string>,
    /** Where its probes and its metrics are. */
    readonly healthUrl: string,
    private readonly logFile: string,
    /** Where its service is, if it has any. */
    readonly url = '',
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Freezes it, as a machine that hangs would, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal);
  }

  /** Starts it and resolves when it says that it is ready. @throws with its last words when it does not */
  async start(): Promise<void> {
    mkdirSync(dirname(this.logFile), { recursive: true });
    this.stopping = false;
    this.spawn();
    await this.ready();
  }

  /** SIGKILL, as a crash would; it is started again at once, as an orchestrator would. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** SIGTERM; resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  }

  /** Resolves when readiness is on. */
  async ready(): Promise<void> {
    const deadlineMs = performance.now() + 30_000;
    let problem = 'it does not answer';
    while (performance.now() < deadlineMs) {
      if (typeof this.child?.exitCode === 'number') break;
      try {
        const response = await fetch(`${this.healthUrl}/readyz`);
        if (response.ok) return;
        problem = await response.text();
      } catch {
        // Not listening yet.
      }
      await wait(50);
    }
    if (typeof this.child?.exitCode !== 'number') throw new Error(`${this.name} is not ready: ${problem}`);
    const lastWords = readFileSync(this.logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
    throw new Error(`${this.name} has ended. Its last words:\n${lastWords}`);
  }

  private spawn(): void {
    const log = openSync(this.logFile, 'a');
    const program = join(dist, 'apps', this.name, 'src/main.js');
    const child = endsWithUs(
      spawn(process.execPath, [...nodeOptions, program], {
        env: { PATH: process.env['PATH'] ?? '', ...this.environment },
        stdio: ['ignore', log, log],
      }),
    );
    closeSync(log);
    this.child = child;
    child.once('exit', (code) => {
      // An app that ends by itself cannot start, or is broken: to try again would only hide it.
      if (this.stopping || code !== null) return;
      this.restarts += 1;
      this.spawn();
    });
  }
}
