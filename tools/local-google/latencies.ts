const kept = 1_000;

/** The latest answer times, for percentiles and for the mean that flow control looks at. */
export class Latencies {
  private readonly recent = new Float64Array(kept);
  private count = 0;
  /** Exponentially weighted, over about the last hundred answers. */
  recentMeanMs = 0;

  add(ms: number): void {
    this.recent[this.count % kept] = ms;
    this.recentMeanMs = this.count === 0 ? ms : this.recentMeanMs + (ms - this.recentMeanMs) / 100;
    this.count += 1;
  }

  percentiles(): { p50: number; p99: number } {
    const sorted = this.recent.slice(0, Math.min(this.count, kept)).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
