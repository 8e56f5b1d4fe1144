import {
  joined,
  type BookRow,
  type Bytes,
  type PartitionKind,
  type ReceivedHeader,
  type SegmentHeader,
} from '#contracts';
import { bookHourOf } from '#ledger';
import type { BatchEvent } from './understand.js';

/** Puts a received batch's header and payloads together again. */
export function eventsOf(header: ReceivedHeader, payloads: readonly Buffer[]): BatchEvent[] {
  if (payloads.length > header.events.length)
    throw new RangeError('a batch holds a payload that it does not name');
  return header.events.map(({ c, messageId, publishTime, receivedAtMs, refused }, index) => {
    const connection = header.connections[c];
    const payload = payloads[index];
    if (!connection || !payload)
      throw new RangeError('a batch names a connection or payload that it does not hold');
    const { id: connectionId, tenantId } = connection;
    const event = { tenantId, connectionId, messageId, publishTime, receivedAtMs, payload };
    return refused === undefined ? event : { ...event, refused };
  });
}

/** An event's lines and the kind of partition they belong to. */
export type Outcome = { event: BatchEvent; kind: PartitionKind; lines: Bytes[] };
export type Segment = SegmentHeader & { bytes: Bytes };

/**
 * Groups lines into segments. A segment is of one kind, tenant, connection and hour, so that whoever
 * delivers it can post the books without opening it.
 */
export function partition(outcomes: readonly Outcome[]): Segment[] {
  const segments = new Map<string, { header: SegmentHeader; lines: Bytes[] }>();
  for (const { event, kind, lines } of outcomes) {
    const { tenantId, connectionId } = event;
    const hour = bookHourOf(event.receivedAtMs);
    const key = `${kind} ${connectionId} ${hour}`;
    let segment = segments.get(key);
    if (!segment) {
      segment = { header: { kind, tenantId, connectionId, hour, events: 0, lines: 0 }, lines: [] };
      segments.set(key, segment);
    }
    segment.header.events += 1;
    segment.header.lines += lines.length;
    segment.lines.push(...lines);
  }
  return [...segments.values()].map(({ header, lines }) => ({ ...header, bytes: joined(lines) }));
}

/** The rows of the books that are decided before delivery: what was received, and what was a duplicate. */
export function decidedRows(events: readonly BatchEvent[], repeated: readonly boolean[]): BookRow[] {
  const rows = new Map<string, BookRow>();
  events.forEach(({ tenantId, connectionId, receivedAtMs }, index) => {
    const hour = bookHourOf(receivedAtMs);
    const key = `${connectionId} ${hour}`;
    let row = rows.get(key);
    if (!row) {
      row = { tenantId, connectionId, hour, received: 0, delivered: 0, duplicate: 0, quarantined: 0 };
      rows.set(key, row);
    }
    row.received += 1;
    if (repeated[index] === true) row.duplicate += 1;
  });
  return [...rows.values()];
}
