import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '#tools/local-google';
import type { AppName, Platform, PlatformConnection } from '#tools/local-platform';
import type { Oracle } from './oracle.js';

/** Where a fault happens: the whole platform under load, with a seed that decides every moment. */
export class Arena {
  readonly random: Random;
  /** What a row found wrong beside what the judge looks for. */
  readonly problems: string[] = [];
  /** Figures of its own that a row wants shown. */
  readonly notes: string[] = [];

  constructor(
    readonly platform: Platform,
    readonly oracle: Oracle,
    readonly connections: readonly PlatformConnection[],
    seed: number,
    /** Long faults have their real length. */
    readonly isFull: boolean,
  ) {
    this.random = new Random(seed);
  }

  /** Lets the fault happen while events flow, for at least `ms`, and until it is over. */
  async underLoad(ms: number, fault: () => Promise<unknown>, perSecond = 300): Promise<void> {
    let isOver = false;
    const flowing = (async () => {
      await this.oracle.publishFor(ms, this.connections, perSecond);
      while (!isOver) await this.oracle.publishFor(200, this.connections, perSecond);
    })();
    await wait(500);
    await fault();
    isOver = true;
    await flowing;
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
}
