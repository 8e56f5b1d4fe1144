import type { Connection } from '#contracts';

/** How far ahead of its rate a connection may run: its burst. */
const burstMs = 2_000;

/**
 * Generic cell rate algorithm: gives the connection's next theoretical arrival time when the event is
 * within its quota, or `undefined` when it is over. Times in milliseconds.
 */
export function admit(nextArrivalMs: number, nowMs: number, eventsPerSecond: number): number | undefined {
  const arrivalMs = Math.max(nextArrivalMs, nowMs);
  return arrivalMs - nowMs > burstMs ? undefined : arrivalMs + 1_000 / eventsPerSecond;
}

/** Each connection's quota on this receiver. */
export class Quotas {
  private readonly nextArrivalMs = new Map<string, number>();

  /** Counts one event and tells whether it is within the connection's quota. */
  take(connection: Connection, nowMs: number): boolean {
    const next = admit(this.nextArrivalMs.get(connection.id) ?? 0, nowMs, connection.quota.eventsPerSecond);
    if (next === undefined) return false;
    this.nextArrivalMs.set(connection.id, next);
    return true;
  }

  forget(connectionId: string): void {
    this.nextArrivalMs.delete(connectionId);
  }
}
