import { hoursWithin, type BookBalance, type Ledger } from '#ledger';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const refreshOldMs = 60_000;

/** The books of the last 24 hours. Hours that are over change little, so they are read once a minute. */
export class DayOfBooks {
  private old: { rows: BookBalance[]; readAtMs: number; upTo: string } | undefined;

  constructor(private readonly ledger: Ledger) {}

  async read(nowMs: number): Promise<BookBalance[]> {
    const recent = hoursWithin(nowMs - hourMs, nowMs);
    const upTo = recent[0] ?? '';
    if (!this.old || this.old.upTo !== upTo || nowMs - this.old.readAtMs >= refreshOldMs) {
      const hours = hoursWithin(nowMs - dayMs, nowMs).filter((hour) => hour < upTo);
      this.old = { rows: await this.ledger.read(hours), readAtMs: nowMs, upTo };
    }
    return [...this.old.rows, ...(await this.ledger.read(recent))];
  }
}
