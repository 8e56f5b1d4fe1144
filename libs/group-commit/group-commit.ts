import type { CommitLimits } from './limits.js';

type Waiting<Item, Outcome> = {
  item: Item;
  bytes: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
};

/**
 * Many small things come in, one big thing goes out, and nobody who handed in a small thing is told
 * "done" before the big one is. While commits are in flight the next batch fills.
 */
export class GroupCommit<Item, Outcome = void> {
  private open: Waiting<Item, Outcome>[] = [];
  private openBytes = 0;
  private inFlight = 0;
  private lingerTimer: NodeJS.Timeout | undefined;
  private lingered = false;
  private idle: (() => void)[] = [];

  /** `commit` settles a whole batch: one outcome for each item in order, or an error for all of them. */
  constructor(
    private readonly commit: (items: Item[]) => Promise<readonly Outcome[]>,
    private readonly limits: CommitLimits,
  ) {}

  /** Resolves with the item's outcome once its batch is committed; rejects when the commit failed. */
  add(item: Item, bytes: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.open.push({ item, bytes, resolve, reject });
      this.openBytes += bytes;
      this.flush();
    });
  }

  /** Items that wait for a commit to begin. */
  get waitingItems(): number {
    return this.open.length;
  }

  /** Commits what is open without lingering and resolves when nothing is in flight any more. */
  async drain(): Promise<void> {
    this.lingered = true;
    this.flush();
    if (this.open.length === 0 && this.inFlight === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private flush(): void {
    const { maxItems, maxBytes, lingerMs, maxInFlight } = this.limits;
    while (this.open.length > 0 && this.inFlight < maxInFlight) {
      const full = this.open.length >= maxItems || this.openBytes >= maxBytes;
      if (!full && !this.lingered && lingerMs > 0) {
        this.lingerTimer ??= setTimeout(() => {
          this.lingerTimer = undefined;
          this.lingered = true;
          this.flush();
        }, lingerMs);
        return;
      }
      void this.run(this.takeBatch());
    }
  }

  /** Takes the oldest items up to the limits, but always one. */
  private takeBatch(): Waiting<Item, Outcome>[] {
    const { maxItems, maxBytes } = this.limits;
    let count = 0;
    let bytes = 0;
    for (const waiting of this.open) {
      if (count > 0 && (count >= maxItems || bytes + waiting.bytes > maxBytes)) break;
      count += 1;
      bytes += waiting.bytes;
    }
    const batch = this.open.slice(0, count);
    this.open = this.open.slice(count);
    this.openBytes -= bytes;
    if (this.open.length === 0) {
      clearTimeout(this.lingerTimer);
      this.lingerTimer = undefined;
      this.lingered = false;
    }
    return batch;
  }

  private async run(batch: Waiting<Item, Outcome>[]): Promise<void> {
    this.inFlight += 1;
    try {
      const outcomes = await this.commit(batch.map(({ item }) => item));
      if (outcomes.length !== batch.length) throw new Error('a commit must give one outcome for each item');
      batch.forEach(({ resolve }, index) => {
        resolve(outcomes[index] as Outcome);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.inFlight -= 1;
      this.flush();
      if (this.open.length === 0 && this.inFlight === 0) {
        for (const resolve of this.idle.splice(0)) resolve();
      }
    }
  }
}
