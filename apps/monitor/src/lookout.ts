import { Logger } from '@nestjs/common';
import type { ConnectionDirectory } from '#connections';
import type { Ledger } from '#ledger';
import type { QueueInspector } from '#queue-transport';
import type { Redis } from '#redis';
import type { AlertBook } from './alert-book.js';
import { DayOfBooks } from './day-of-books.js';
import { findings, type Snapshot, type Thresholds } from './findings.js';
import { healthOf, type Health } from './health.js';
import type { LandedObjects } from './landed-objects.js';
import { followLanding, type Landing } from './landing.js';
import type { Lease } from './lease.js';
import type { MonitorMetrics } from './monitor-metrics.js';

const landingKey = '{alerts}:landing';

export type LookoutOptions = Thresholds & { POLL_MS: number; LANDED_QUEUE_URL?: string | undefined };

/** Looks at everything every so often: what the API and the metrics show, and what is an alert. */
export class Lookout {
  private readonly logger = new Logger(Lookout.name);
  private readonly books: DayOfBooks;
  private before: Snapshot | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;
  /** `undefined` until the first look succeeded. */
  health: Health | undefined;

  constructor(
    private readonly queues: QueueInspector,
    private readonly ledger: Ledger,
    private readonly directory: ConnectionDirectory,
    private readonly landed: LandedObjects,
    private readonly redis: Redis,
    private readonly alerts: AlertBook,
    private readonly lease: Lease,
    private readonly metrics: MonitorMetrics,
    private readonly options: LookoutOptions,
  ) {
    this.books = new DayOfBooks(ledger);
  }

  start(): Promise<void> {
    this.looking = this.look();
    return this.looking;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      await this.lookNow(Date.now());
    } catch (error) {
      this.metrics.lookErrors.inc();
      this.logger.warn(
        `This look failed, the next is in ${String(this.options.POLL_MS)} ms: ${String(error)}`,
      );
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look();
    }, this.options.POLL_MS);
  }

  private async lookNow(nowMs: number): Promise<void> {
    // Every replica shows what it sees, but only one follows and alerts, or each alert would come twice.
    const isWatching = await this.lease.hold();
    const snapshot = await this.see(nowMs, isWatching);
    this.health = healthOf(snapshot, this.before);
    this.before = snapshot;
    if (isWatching && this.directory.isLoaded) {
      await this.alerts.update(findings(snapshot, this.options), nowMs);
    }
    this.metrics.show(this.health, await this.alerts.open());
  }

  private async see(atMs: number, isWatching: boolean): Promise<Snapshot> {
    const isLandingWatched = this.options.LANDED_QUEUE_URL !== undefined;
    const [queues, books, lastReceivedAtMs, landed, lastMisplacedAtMs] = await Promise.all([
      this.queues.inspect(),
      this.books.read(atMs),
      this.ledger.lastReceivedAtMs(),
      isLandingWatched ? this.landed.totals() : undefined,
      this.landed.lastMisplacedAtMs(),
    ]);
    const awaitingSinceMs = new Map<string, number>();
    if (landed) {
      const stored = (await this.redis.get(landingKey)) ?? '[]';
      const landings = followLanding(new Map(JSON.parse(stored) as [string, Landing][]), books, landed, atMs);
      if (isWatching) await this.redis.set(landingKey, JSON.stringify([...landings]));
      for (const [tenantId, one] of landings) {
        if (one.awaitingSinceMs !== undefined) awaitingSinceMs.set(tenantId, one.awaitingSinceMs);
      }
    }
    const connections = this.directory.all();
    return { atMs, queues, connections, books, lastReceivedAtMs, landed, awaitingSinceMs, lastMisplacedAtMs };
  }
}
