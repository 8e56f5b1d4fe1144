/** Half of what a connection has pushed is forgotten after this time. */
const halfLifeMs = 5_000;
/** What is less than this counts as silence. */
const silentBytes = 1_024;
/** So many times the mean of those that push makes a connection greedy. */
const greedyFactor = 2;
const meanEveryMs = 250;

type Share = { bytes: number; atMs: number };

/** Who has lately pushed how much, on this receiver. */
export class Shares {
  private readonly shares = new Map<string, Share>();
  private mean: Share = { bytes: Infinity, atMs: -Infinity };

  add(connectionId: string, bytes: number, nowMs: number): void {
    const decayed = this.of(connectionId, nowMs);
    this.shares.set(connectionId, { bytes: decayed + bytes, atMs: nowMs });
  }

  /** Whether the connection pushes far more than the mean of those that push. Alone, none is greedy. */
  isGreedy(connectionId: string, nowMs: number): boolean {
    return this.of(connectionId, nowMs) > greedyFactor * this.meanNow(nowMs);
  }

  forget(connectionId: string): void {
    this.shares.delete(connectionId);
  }

  /** Thousands of connections are summed up now and then, not for every push. */
  private meanNow(nowMs: number): number {
    if (nowMs - this.mean.atMs < meanEveryMs) return this.mean.bytes;
    const pushing = [...this.shares.keys()]
      .map((id) => this.of(id, nowMs))
      .filter((bytes) => bytes > silentBytes);
    const total = pushing.reduce((sum, bytes) => sum + bytes, 0);
    this.mean = { bytes: pushing.length > 1 ? total / pushing.length : Infinity, atMs: nowMs };
    return this.mean.bytes;
  }

  private of(connectionId: string, nowMs: number): number {
    const share = this.shares.get(connectionId);
    return share ? share.bytes * 2 ** ((share.atMs - nowMs) / halfLifeMs) : 0;
  }
}
