import { build } from 'hdr-histogram-js';
import type { LoadResult } from './options.js';

/** Counts answers of the whole run, and measures those to requests meant for the window. */
export class Measurement {
  sent = 0;
  readonly #latencyUs = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  readonly #byStatus = new Map<number, number>();
  #answered = 0;
  #answeredInWindow = 0;
  #unsent = 0;
  #fromMs = 0;
  #toMs = 0;
  #cpuAtBegin = process.cpuUsage();
  #cpuSeconds = 0;

  window(fromMs: number, toMs: number): void {
    this.#fromMs = fromMs;
    this.#toMs = toMs;
  }

  begin(): void {
    this.#cpuAtBegin = process.cpuUsage();
  }

  end(): void {
    const { user, system } = process.cpuUsage(this.#cpuAtBegin);
    this.#cpuSeconds = (user + system) / 1e6;
  }

  answered(status: number, intendedMs: number, nowMs: number): void {
    this.#answered++;
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    if (nowMs >= this.#fromMs && nowMs < this.#toMs) this.#answeredInWindow++;
    this.#record(intendedMs, nowMs);
  }

  neverSent(intendedMs: number, nowMs: number): void {
    this.#unsent++;
    this.#record(intendedMs, nowMs);
  }

  result(): LoadResult {
    const ms = (percentile: number) => this.#latencyUs.getValueAtPercentile(percentile) / 1000;
    const seconds = (this.#toMs - this.#fromMs) / 1000;
    return {
      sent: this.sent,
      answered: this.#answered,
      unsent: this.#unsent,
      byStatus: Object.fromEntries(this.#byStatus),
      eventsPerSecond: this.#answeredInWindow / seconds,
      latencyMs: { p50: ms(50), p90: ms(90), p99: ms(99), max: this.#latencyUs.maxValue / 1000 },
      seconds,
      cpuSeconds: this.#cpuSeconds,
    };
  }

  #record(intendedMs: number, nowMs: number): void {
    if (intendedMs < this.#fromMs) return;
    this.#latencyUs.recordValue(Math.max(1, Math.round((nowMs - intendedMs) * 1000)));
  }
}
