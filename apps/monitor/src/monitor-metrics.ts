import { Counter, Gauge, type Registry } from 'prom-client';
import { partitionOfKey } from '#contracts';
import type { Alert } from './alert-book.js';
import type { Health } from './health.js';
import type { LandedObject } from './landed-event.js';
import type { LandedOutcome } from './landed-objects.js';

/** The same figures as the health API's, for Prometheus. */
export class MonitorMetrics {
  private readonly registers: Registry[];
  private readonly jobs;
  private readonly oldest;
  private readonly lastEvent;
  private readonly rate;
  private readonly books;
  private readonly landedObjects;
  private readonly landedBytes;
  private readonly landedLast;
  private readonly alerts;
  readonly landedMessages;
  private readonly objects;
  private readonly objectBytes;
  readonly landedQueueErrors;
  readonly lookErrors;

  constructor(registry: Registry) {
    this.registers = [registry];
    this.jobs = this.gauge('queue_jobs', 'Jobs in a queue, by state.', 'queue', 'shard', 'state');
    this.oldest = this.gauge('queue_oldest_seconds', 'Age of the oldest unfinished job.', 'queue', 'shard');
    this.lastEvent = this.gauge(
      'connection_last_event_seconds',
      'Unix time of the last event.',
      'connection',
      'tenant',
    );
    this.rate = this.gauge('connection_events_per_second', 'Events received.', 'connection', 'tenant');
    this.books = this.gauge(
      'books_events',
      'Events in the books of the last 24 hours, by what became of them.',
      'tenant',
      'outcome',
    );
    this.landedObjects = this.gauge('landed_objects', 'Objects landed since counting began.', 'tenant');
    this.landedBytes = this.gauge('landed_bytes', 'Bytes of landed objects since counting began.', 'tenant');
    this.landedLast = this.gauge('landed_last_seconds', 'Unix time of the last landed object.', 'tenant');
    this.alerts = this.gauge('alerts_open', 'Open alerts, by kind.', 'kind');
    this.landedMessages = this.counter(
      'landed_objects_heard_total',
      'Objects heard of, by outcome.',
      'outcome',
    );
    this.objects = this.counter(
      'objects_total',
      'Objects that this monitor counted; each is counted by one.',
      'tenant',
      'kind',
    );
    this.objectBytes = this.counter('object_bytes_total', 'Bytes of the same objects.', 'tenant', 'kind');
    this.landedQueueErrors = this.counter('landed_queue_errors_total', 'Failed polls of the landed queue.');
    this.lookErrors = this.counter('look_errors_total', 'Looks at the system that failed.');
  }

  heard({ key, bytes }: LandedObject, outcome: LandedOutcome): void {
    this.landedMessages.inc({ outcome });
    const partition = outcome === 'counted' ? partitionOfKey(key) : undefined;
    if (!partition) return;
    const { tenantId: tenant, kind } = partition;
    this.objects.inc({ tenant, kind });
    this.objectBytes.inc({ tenant, kind }, bytes);
  }

  show({ queues, connections, tenants }: Health, alerts: readonly Alert[]): void {
    // What has gone must not be shown for ever, so every look starts from nothing.
    const all = [this.jobs, this.oldest, this.lastEvent, this.rate, this.books, this.landedObjects];
    for (const gauge of [...all, this.landedBytes, this.landedLast, this.alerts]) gauge.reset();
    for (const { queue, shard: number, waiting, active, delayed, failed, oldestAgeMs } of queues) {
      const shard = String(number);
      for (const [state, count] of Object.entries({ waiting, active, delayed, failed })) {
        this.jobs.set({ queue, shard, state }, count);
      }
      this.oldest.set({ queue, shard }, (oldestAgeMs ?? 0) / 1_000);
    }
    for (const { id: connection, tenantId: tenant, eventsPerSecond, lastEventAt } of connections) {
      if (eventsPerSecond !== undefined) this.rate.set({ connection, tenant }, eventsPerSecond);
      if (lastEventAt !== undefined)
        this.lastEvent.set({ connection, tenant }, Date.parse(lastEventAt) / 1_000);
    }
    for (const { tenantId: tenant, last24Hours, landed } of tenants) {
      for (const [outcome, count] of Object.entries(last24Hours)) this.books.set({ tenant, outcome }, count);
      if (!landed) continue;
      this.landedObjects.set({ tenant }, landed.objects + landed.quarantineObjects);
      this.landedBytes.set({ tenant }, landed.bytes);
      this.landedLast.set({ tenant }, Date.parse(landed.lastAt) / 1_000);
    }
    for (const { kind } of alerts) this.alerts.inc({ kind });
  }

  private gauge<Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name: `floodgate_monitor_${name}`, help, labelNames, registers: this.registers });
  }

  private counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `floodgate_monitor_${name}`, help, labelNames, registers: this.registers });
  }
}
