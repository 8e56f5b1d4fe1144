import type { BookBalance } from '#ledger';
import type { QueueDepth } from '#queue-transport';
import type { Snapshot } from './findings.js';

export type EventCounts = Pick<
  BookBalance,
  'received' | 'delivered' | 'duplicate' | 'quarantined' | 'inFlight'
>;

/** What the health API tells. Times are RFC 3339, in UTC. */
export type Health = {
  asOf: string;
  queues: QueueDepth[];
  connections: {
    id: string;
    tenantId: string;
    name: string;
    state: string;
    /** Since the look before this one; absent at the first. */
    eventsPerSecond?: number | undefined;
    lastEventAt?: string | undefined;
  }[];
  tenants: {
    tenantId: string;
    last24Hours: EventCounts;
    /** Absent when landing is not watched, or nothing has landed yet. */
    landed?: { objects: number; quarantineObjects: number; bytes: number; lastAt: string } | undefined;
  }[];
};

/** Makes the API's view of a snapshot; the one before it is needed for rates. */
export function healthOf(now: Snapshot, before: Snapshot | undefined): Health {
  const receivedNow = receivedByConnection(now);
  const receivedBefore = before && receivedByConnection(before);
  const seconds = before && (now.atMs - before.atMs) / 1_000;
  const tenantIds = [...now.connections, ...now.books].map(({ tenantId }) => tenantId);
  return {
    asOf: rfc3339(now.atMs),
    queues: [...now.queues],
    connections: now.connections.map(({ id, tenantId, name, state }) => {
      const last = now.lastReceivedAtMs.get(id);
      const grown = (receivedNow.get(id) ?? 0) - (receivedBefore?.get(id) ?? 0);
      return {
        id,
        tenantId,
        name,
        state,
        eventsPerSecond: seconds ? Math.max(0, Math.round((grown / seconds) * 10) / 10) : undefined,
        lastEventAt: last === undefined ? undefined : rfc3339(last),
      };
    }),
    tenants: [...new Set([...tenantIds, ...(now.landed?.keys() ?? [])])].sort().map((tenantId) => {
      const landed = now.landed?.get(tenantId);
      return {
        tenantId,
        last24Hours: sumOf(now.books.filter((row) => row.tenantId === tenantId)),
        landed: landed && {
          objects: landed.objects,
          quarantineObjects: landed.quarantineObjects,
          bytes: landed.bytes,
          lastAt: rfc3339(landed.lastAtMs),
        },
      };
    }),
  };
}

function receivedByConnection({ books }: Snapshot): Map<string, number> {
  const received = new Map<string, number>();
  for (const row of books)
    received.set(row.connectionId, (received.get(row.connectionId) ?? 0) + row.received);
  return received;
}

function sumOf(rows: readonly BookBalance[]): EventCounts {
  const sums = { received: 0, delivered: 0, duplicate: 0, quarantined: 0, inFlight: 0 };
  for (const row of rows) for (const name of countNames) sums[name] += row[name];
  return sums;
}

const countNames = ['received', 'delivered', 'duplicate', 'quarantined', 'inFlight'] as const;

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
