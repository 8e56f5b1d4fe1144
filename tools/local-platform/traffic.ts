import { setTimeout as wait } from 'node:timers/promises';
import type { LocalGoogle, Random } from '#tools/local-google';

/** What comes next from one source: audit entries, generated or from files. */
export type EntrySource = { next(nowMs: number): { data: Buffer; malformed: boolean } };

export type TrafficOptions = {
  google: LocalGoogle;
  /** Each subscription's own source; events are spread over them by weight. */
  subscriptions: readonly { name: string; weight: number; source: EntrySource }[];
  /** Events a second at a moment. */
  rateAt: (nowMs: number) => number;
  /** Share of messages that Pub/Sub pushes twice although they were acknowledged. */
  duplicateShare: number;
  random: Random;
  signal: AbortSignal;
};

const tickMs = 20;

/** Publishes until told to stop, and catches up after a slow tick. Resolves with the counts by subscription. */
export async function driveTraffic(
  options: TrafficOptions,
): Promise<Map<string, { published: number; malformed: number }>> {
  const { google, subscriptions, rateAt, duplicateShare, random, signal } = options;
  const counts = new Map(subscriptions.map(({ name }) => [name, { published: 0, malformed: 0 }]));
  const totalWeight = subscriptions.reduce((sum, { weight }) => sum + weight, 0);
  let lastMs = performance.now();
  let due = 0;
  while (!signal.aborted) {
    await wait(tickMs);
    const nowMs = performance.now();
    due += (rateAt(Date.now()) * (nowMs - lastMs)) / 1_000;
    lastMs = nowMs;
    for (; due >= 1; due -= 1) {
      let point = random.unit() * totalWeight;
      const chosen = subscriptions.find(({ weight }) => (point -= weight) < 0) ?? subscriptions[0];
      if (!chosen) return counts;
      const { data, malformed } = chosen.source.next(Date.now());
      google.publish(chosen.name, data, { duplicates: random.chance(duplicateShare) ? 1 : 0 });
      const count = counts.get(chosen.name);
      if (count) {
        count.published += 1;
        if (malformed) count.malformed += 1;
      }
    }
  }
  return counts;
}
