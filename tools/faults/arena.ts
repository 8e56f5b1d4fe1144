import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { masterOf } from '#redis';
import type { RedisCluster, RedisServer } from '#testing';
import { Random } from '#tools/local-google';
import type { AppName, Platform, PlatformConnection } from '#tools/local-platform';
import type { Oracle } from './oracle.js';

const pollMs = 20;

/** Where a fault happens: the whole platform under load, with a seed that decides every moment. */
export class Arena {
  readonly random: Random;
  /** Long faults have their real length. */
  readonly isFull: boolean;
  /** What a row found wrong beside what the judge looks for. */
  readonly problems: string[] = [];
  /** Figures of its own that a row wants shown. */
  readonly notes: string[] = [];
  /** More duplicates than these are a problem. */
  duplicatesAtMost = Infinity;

  constructor(
    readonly platform: Platform,
    readonly oracle: Oracle,
    readonly connections: readonly PlatformConnection[],
    private readonly cluster: RedisCluster | undefined,
    private readonly logFolder: string,
    { seed, isFull }: { seed: number; isFull: boolean },
  ) {
    this.random = new Random(seed);
    this.isFull = isFull;
  }

  /** The connection that a fault is aimed at. */
  get victim(): PlatformConnection {
    const [first] = this.connections;
    if (!first) throw new RangeError('nobody is connected');
    return first;
  }

  /** Shards of each queue. */
  get shards(): number {
    return this.cluster?.masters.length ?? 1;
  }

  /** The Redis that the platform started for itself; of a cluster, the master that has `received`'s first shard. */
  get redis(): RedisServer {
    const { control, redis } = this.platform;
    const port = masterOf(control, '{received-0}')?.options.port;
    const server = redis.server ?? this.cluster?.masters.find((master) => master.port === port);
    if (!server) throw new RangeError('the platform has no Redis of its own');
    return server;
  }

  /** Lets the fault happen while events flow, for at least `ms`, and until it is over. */
  async underLoad(ms: number, fault: () => Promise<unknown>, perSecond = 300): Promise<void> {
    let isOver = false;
    const flowing = (async () => {
      await this.oracle.publishFor(ms, this.connections, perSecond);
      while (!isOver) await this.oracle.publishFor(200, this.connections, perSecond);
    })();
    try {
      await wait(500);
      await fault();
    } finally {
      isOver = true;
      await flowing;
    }
  }

  /** SIGKILLs an app again and again, each time at another moment of its work. */
  async killAgainAndAgain(name: AppName, times: number): Promise<void> {
    const app = this.platform.app(name);
    for (let kill = 0; kill < times; kill += 1) {
      await wait(50 + this.random.below(600));
      app.kill();
      await app.ready();
    }
  }

  /** Resolves when it holds; after `ms` it is a problem, and the row goes on. */
  async until(holds: () => boolean | Promise<boolean>, what: string, ms = 60_000): Promise<void> {
    const deadlineMs = performance.now() + ms;
    while (!(await Promise.resolve(holds()).catch(() => false))) {
      if (performance.now() > deadlineMs) {
        this.problems.push(`not within ${String(ms / 1_000)} s: ${what}`);
        return;
      }
      await wait(pollMs);
    }
  }

  /** How many pushes Google gets acknowledged while something goes on. */
  async acknowledgedDuring(work: () => Promise<unknown>): Promise<number> {
    const before = this.answers().acked;
    await work();
    return this.answers().acked - before;
  }

  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  /** Pushes that Google holds an acknowledgement for, and refusals by status, over all customers. */
  answers(): { acked: number; refused: Record<string, number> } {
    const refused: Record<string, number> = {};
    let acked = 0;
    for (const stats of this.platform.google.stats()) {
      acked += stats.acked;
      for (const [code, count] of Object.entries(stats.nackedByCode))
        refused[code] = (refused[code] ?? 0) + count;
    }
    return { acked, refused };
  }

  /** Firehose's figures, over all streams. */
  firehose() {
    const all = Object.values(this.platform.aws.firehose.stats());
    const sum = (name: 'recordsResentAfterAccept' | 'acceptedBytes' | 'billedBytes' | 'calls') =>
      all.reduce((total, stats) => total + stats[name], 0);
    return {
      resentAfterAccept: sum('recordsResentAfterAccept'),
      acceptedBytes: sum('acceptedBytes'),
      billedBytes: sum('billedBytes'),
      calls: sum('calls'),
    };
  }

  /** Bytes of the jobs that are not finished. */
  async queuedBytes(): Promise<number> {
    const { control } = this.platform;
    let bytes = 0;
    const shards = Array.from({ length: this.shards }, (_, shard) =>
      ['received', 'partitioned'].map((queue) => `{${queue}-${String(shard)}}:${queue}:`),
    );
    for (const prefix of shards.flat()) {
      const ids = [
        ...(await control.lrange(`${prefix}wait`, 0, -1)),
        ...(await control.lrange(`${prefix}active`, 0, -1)),
        ...(await control.zrange(`${prefix}delayed`, '0', '-1')),
      ];
      const sizes = await Promise.all(ids.map((id) => control.hstrlen(`${prefix}${id}`, 'data')));
      bytes += sizes.reduce((sum, size) => sum + size, 0);
    }
    return bytes;
  }

  /** Bytes that the apps have logged so far. */
  async logBytes(): Promise<number> {
    const files = (await readdir(this.logFolder)).filter((name) => name.endsWith('.log'));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(this.logFolder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Pushes one message by hand; gives the answer's status and how long it took. */
  async push(to: PlatformConnection, data: Buffer): Promise<{ status: number; ms: number }> {
    const account = { email: to.serviceAccountEmail, uniqueId: to.serviceAccountId, audience: to.audience };
    const token = await this.platform.google.identity.token(account);
    const messageId = `by-hand-${String(this.random.below(2 ** 40))}`;
    const message = { data: data.toString('base64'), messageId, publishTime: new Date().toISOString() };
    const startedMs = performance.now();
    const { status } = await fetch(to.pushUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message, subscription: to.subscription }),
    });
    return { status, ms: performance.now() - startedMs };
  }

  /** The monitor's open alerts, by kind. */
  async alerts(): Promise<string[]> {
    const { urls, adminToken } = this.platform;
    const response = await fetch(`${urls.monitor}/api/v1/alerts`, {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const { open } = (await response.json()) as { open: { kind: string }[] };
    return open.map(({ kind }) => kind);
  }
}
