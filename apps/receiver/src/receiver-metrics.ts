import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Pressure } from './pressure.js';
import type { Refusal } from './refusals.js';

/** What the receiver counts. A push is answered exactly once: acknowledged, or refused with a reason. */
export class ReceiverMetrics {
  private readonly acknowledged;
  private readonly refused;
  private readonly unreadable;
  private readonly answerSeconds;
  private readonly batchEvents;
  private readonly batchSeconds;
  private readonly batchBytes;
  private readonly receivedBytes;
  readonly booksSkipped;
  readonly inFlightBytes;
  readonly pressureErrors;
  private readonly pressure;

  constructor(registry: Registry) {
    const registers = [registry];
    this.acknowledged = new Counter({
      name: 'floodgate_receiver_acknowledged_total',
      help: 'Pushes answered 204, by connection.',
      labelNames: ['connection'],
      registers,
    });
    this.refused = new Counter({
      name: 'floodgate_receiver_refused_total',
      help: 'Pushes not acknowledged, by reason and, once it is known, connection.',
      labelNames: ['reason', 'connection'],
      registers,
    });
    this.unreadable = new Counter({
      name: 'floodgate_receiver_unreadable_total',
      help: 'Pushes acknowledged for the quarantine, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.answerSeconds = new Histogram({
      name: 'floodgate_receiver_answer_seconds',
      help: 'Time from a push to its 204.',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5],
      registers,
    });
    this.batchEvents = new Histogram({
      name: 'floodgate_receiver_batch_events',
      help: 'Events in a batch.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    });
    this.batchSeconds = new Histogram({
      name: 'floodgate_receiver_batch_seconds',
      help: 'Time to seal a batch and have it on disk.',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.5],
      registers,
    });
    this.batchBytes = new Counter({
      name: 'floodgate_receiver_batch_bytes_total',
      help: 'Bytes of batches given to Redis, compressed and in base64.',
      registers,
    });
    this.receivedBytes = new Counter({
      name: 'floodgate_receiver_received_bytes_total',
      help: 'Payload bytes of acknowledged pushes.',
      registers,
    });
    this.booksSkipped = new Counter({
      name: 'floodgate_receiver_books_late_total',
      help: 'Batches whose receipt is left for a later stage to post.',
      registers,
    });
    this.inFlightBytes = new Gauge({
      name: 'floodgate_receiver_in_flight_bytes',
      help: 'Request bytes held for pushes that are not answered yet.',
      registers,
    });
    this.pressure = new Gauge({
      name: 'floodgate_receiver_pressure_ratio',
      help: 'How full Redis and the queues are; at 0.6 the greedy are shed, at 0.75 everybody.',
      labelNames: ['of'],
      registers,
    });
    this.pressureErrors = new Counter({
      name: 'floodgate_receiver_pressure_errors_total',
      help: 'Looks at Redis and the queues that failed.',
      registers,
    });
  }

  pressed(pressure: Pressure): void {
    for (const [of, share] of Object.entries(pressure)) this.pressure.set({ of }, share);
  }

  acknowledge(connectionId: string, seconds: number): void {
    this.acknowledged.inc({ connection: connectionId });
    this.answerSeconds.observe(seconds);
  }

  refuse(reason: Refusal, connectionId = ''): void {
    this.refused.inc({ reason, connection: connectionId });
  }

  quarantine(reason: string): void {
    this.unreadable.inc({ reason });
  }

  committed(events: number, payloadBytes: number, sealedBytes: number, ms: number): void {
    this.batchEvents.observe(events);
    this.receivedBytes.inc(payloadBytes);
    this.batchBytes.inc(sealedBytes);
    this.batchSeconds.observe(ms / 1_000);
  }
}
