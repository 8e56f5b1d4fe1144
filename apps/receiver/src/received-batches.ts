import { randomUUID } from 'node:crypto';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { receivedBatch, seal, type Connection, type ReceivedHeader } from '#contracts';
import { GroupCommit, type CommitLimits } from '#group-commit';
import { bookHourOf, type Ledger, type ReceivedRow } from '#ledger';
import type { JobPublisher } from '#queue-transport';
import type { Push } from './push-body.js';
import type { ReceiverMetrics } from './receiver-metrics.js';

export type ReceivedEvent = { connection: Connection; push: Push; receivedAtMs: number };

/**
 * Pushes -> batch -> one job; then all their answers. A push that is not acknowledged may have been
 * stored all the same: Google sends it again, and the enricher knows it by its message id.
 */
export class ReceivedBatches implements OnApplicationShutdown {
  private readonly logger = new Logger(ReceivedBatches.name);
  private readonly group: GroupCommit<ReceivedEvent, undefined>;

  constructor(
    private readonly publisher: JobPublisher,
    private readonly ledger: Ledger,
    private readonly metrics: ReceiverMetrics,
    limits: CommitLimits,
  ) {
    this.group = new GroupCommit((events) => this.commit(events), limits);
  }

  /** Resolves once Redis has the event on disk. @throws TransientError `redis_unavailable` */
  add(event: ReceivedEvent): Promise<void> {
    return this.group.add(event, event.push.payload.length);
  }

  onApplicationShutdown(): void {
    this.publisher.close();
  }

  private async commit(events: ReceivedEvent[]): Promise<undefined[]> {
    const startedMs = performance.now();
    const batchId = randomUUID();
    const sealed = await seal(
      batchId,
      frameHeader(events),
      events.map(({ push }) => push.payload),
    );
    await this.publisher.publish(receivedBatch, sealed);
    const payloadBytes = events.reduce((sum, { push }) => sum + push.payload.length, 0);
    this.metrics.committed(events.length, payloadBytes, sealed.body.length, performance.now() - startedMs);
    // The answer does not wait for the books: who finishes the batch posts this too, if it got lost.
    this.ledger.received(batchId, bookRows(events)).catch((error: unknown) => {
      this.metrics.booksSkipped.inc();
      this.logger.debug(`the books will be posted later: ${String(error)}`);
    });
    return new Array<undefined>(events.length);
  }
}

/** Connections once, then events that name theirs by index. */
export function frameHeader(events: readonly ReceivedEvent[]): ReceivedHeader {
  const indexOf = new Map<string, number>();
  const connections: ReceivedHeader['connections'] = [];
  const described = events.map(({ connection, push, receivedAtMs }) => {
    let c = indexOf.get(connection.id);
    if (c === undefined) {
      c = connections.push({ id: connection.id, tenantId: connection.tenantId }) - 1;
      indexOf.set(connection.id, c);
    }
    const { messageId, publishTime, refused } = push;
    return { c, messageId, publishTime, receivedAtMs, ...(refused ? { refused } : {}) };
  });
  return { connections, events: described };
}

function bookRows(events: readonly ReceivedEvent[]): ReceivedRow[] {
  const rows = new Map<string, ReceivedRow>();
  for (const { connection, receivedAtMs } of events) {
    const hour = bookHourOf(receivedAtMs);
    const key = `${connection.id} ${hour}`;
    const row = rows.get(key);
    if (row) {
      row.received += 1;
      row.lastReceivedAtMs = receivedAtMs;
    } else {
      const { tenantId, id: connectionId } = connection;
      rows.set(key, { tenantId, connectionId, hour, received: 1, lastReceivedAtMs: receivedAtMs });
    }
  }
  return [...rows.values()];
}
