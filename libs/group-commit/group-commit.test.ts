import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit } from './group-commit.js';

const limits = { maxItems: 10, maxBytes: 1_000, lingerMs: 0, maxInFlight: 1 };

/** A commit that the test settles by hand. */
function heldCommit() {
  const batches: { items: number[]; done: () => void; fail: (error: Error) => void }[] = [];
  const commit = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({
        items,
        done: () => {
          resolve(items.map((item) => item * 2));
        },
        fail: reject,
      });
    });
  return { batches, commit };
}

describe('GroupCommit', () => {
  it('tells nobody "done" before the commit is', async () => {
    const { batches, commit } = heldCommit();
    const group = new GroupCommit(commit, limits);
    const seen: number[] = [];
    const first = group.add(1, 1).then((outcome) => seen.push(outcome));
    await Promise.resolve();
    expect(seen).toEqual([]);
    batches[0]?.done();
    await first;
    expect(seen).toEqual([2]);
  });

  it('fills the next batch while one is in flight', async () => {
    const { batches, commit } = heldCommit();
    const group = new GroupCommit(commit, limits);
    const answers = [1, 2, 3].map((item) => group.add(item, 1));
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    batches[0]?.done();
    await answers[0];
    await Promise.resolve();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    batches[1]?.done();
    await expect(Promise.all(answers)).resolves.toEqual([2, 4, 6]);
  });

  it('fails every item of a failed batch and goes on with the next', async () => {
    const { batches, commit } = heldCommit();
    const group = new GroupCommit(commit, limits);
    const lost = group.add(1, 1);
    const kept = group.add(2, 1);
    batches[0]?.fail(new Error('Redis is away'));
    await expect(lost).rejects.toThrow('Redis is away');
    batches[1]?.done();
    await expect(kept).resolves.toBe(4);
  });

  it('lingers for company, but not for longer', () => {
    jest.useFakeTimers();
    try {
      const { batches, commit } = heldCommit();
      const group = new GroupCommit(commit, { ...limits, lingerMs: 5 });
      void group.add(1, 1);
      jest.advanceTimersByTime(4);
      void group.add(2, 1);
      expect(batches).toHaveLength(0);
      jest.advanceTimersByTime(1);
      expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('drains without lingering', async () => {
    const group = new GroupCommit((items: number[]) => Promise.resolve(items), {
      ...limits,
      lingerMs: 60_000,
    });
    const answer = group.add(7, 1);
    await group.drain();
    await expect(answer).resolves.toBe(7);
  });

  it('keeps order, loses nothing and respects its limits, whatever comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 1_500 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (sizes, maxInFlight) => {
          const batches: number[][] = [];
          const commit = async (items: number[]) => {
            batches.push(items);
            await Promise.resolve();
            return items;
          };
          const group = new GroupCommit(commit, { ...limits, maxInFlight });
          const outcomes = await Promise.all(sizes.map((bytes, index) => group.add(index, bytes)));
          expect(outcomes).toEqual(sizes.map((_, index) => index));
          expect(batches.flat()).toEqual(outcomes);
          for (const batch of batches) {
            const bytes = batch.reduce((sum, index) => sum + (sizes[index] ?? 0), 0);
            expect(batch.length === 1 || (batch.length <= limits.maxItems && bytes <= limits.maxBytes)).toBe(
              true,
            );
          }
        },
      ),
    );
  });
});
