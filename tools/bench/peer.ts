import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '#testing';
import type { LoadOptions, LoadResult } from '#tools/loadgen';
import { drive } from './drive.js';
import { peakResidentBytes } from './usage.js';

export type PeerFigures = {
  /** Pushes that it answered with 2xx. */
  events: number;
  pushedPerSecond: number;
  answerMs: LoadResult['latencyMs'];
  /** CPU-seconds for a million events, of all its processes. */
  cpuSecondsPerMillion: number;
  peakMiB: number;
};

const startMs = 30_000;
/** `USER_HZ`, in which Linux tells CPU time on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Another receiver of pushes: a command that listens on `PORT` and answers 2xx. Linux only. */
export class Peer {
  private readonly kill = () => this.child.pid !== undefined && process.kill(-this.child.pid, 'SIGKILL');

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {
    process.once('exit', this.kill);
  }

  /** Resolves once something listens on its port; throws when the command ends or takes too long. */
  static async start(command: string): Promise<Peer> {
    if (process.platform !== 'linux') throw new Error("a peer's CPU time is read from /proc: only on Linux");
    const port = await freePort();
    const child = spawn(command, {
      shell: true,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PORT: String(port) },
    });
    const peer = new Peer(child, `http://127.0.0.1:${String(port)}`);
    try {
      await peer.listens(port);
      return peer;
    } catch (error) {
      await peer.stop();
      throw error;
    }
  }

  /** Warms it up, and pushes the same as is pushed at Floodgate; throws when it answers none of it with 2xx. */
  async measure(load: Omit<LoadOptions, 'url'>, warmUpMs: number): Promise<PeerFigures> {
    const { url } = this;
    await drive({ ...load, url, durationMs: warmUpMs });
    const before = this.cpuSeconds();
    const { byStatus, eventsPerSecond, latencyMs } = await drive({ ...load, url });
    const seconds = this.cpuSeconds() - before;
    const events = Object.entries(byStatus).reduce(
      (sum, [code, n]) => sum + (code.startsWith('2') ? n : 0),
      0,
    );
    if (events === 0) throw new Error(`the peer took nothing; its answers: ${JSON.stringify(byStatus)}`);
    const peaks = this.processes().map(({ pid }) => peakResidentBytes(pid) ?? 0);
    return {
      events,
      pushedPerSecond: eventsPerSecond,
      answerMs: latencyMs,
      cpuSecondsPerMillion: (seconds * 1_000_000) / events,
      peakMiB: Math.round(peaks.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20),
    };
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.kill);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.kill();
    await ended;
  }

  private async listens(port: number): Promise<void> {
    const deadlineMs = performance.now() + startMs;
    while (performance.now() < deadlineMs) {
      if (this.child.exitCode !== null) throw new Error(`the peer ended with ${String(this.child.exitCode)}`);
      if (await accepts(port)) return;
      await wait(100);
    }
    throw new Error(`nothing listens on PORT=${String(port)} after ${String(startMs / 1_000)} s`);
  }

  /** Of the whole group, those that have ended and been waited for included. */
  private cpuSeconds(): number {
    return this.processes().reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
  }

  private processes(): { pid: number; ticks: number }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const stat = statOf(name);
        return stat !== undefined && stat.group === this.child.pid
          ? [{ pid: Number(name), ticks: stat.ticks }]
          : [];
      });
  }
}

function statOf(pid: string): { group: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { group: Number(fields[2]), ticks };
  } catch {
    return undefined;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => {
        resolve(false);
      });
  });
}
