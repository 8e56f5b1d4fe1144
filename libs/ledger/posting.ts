import type { BookRow } from '#contracts';

/** What a receiver took in, for one connection and hour. */
export type ReceivedRow = Pick<BookRow, 'tenantId' | 'connectionId' | 'hour' | 'received'> & {
  lastReceivedAtMs?: number;
};

/** What is to be added to the books, by page and field. */
type Additions = Record<string, Record<string, number>>;

/** A batch's rows as the books' script takes them: summed up, so that Redis touches each field once. */
export type Posting = {
  received: Additions;
  outcome: Additions;
  /** When each connection's last event came, in epoch milliseconds. */
  last: Record<string, number>;
};

export const hourPage = (hour: string) => `{books}:hour:${hour}`;
export const takenPage = (day: string) => `{books}:taken:${day}`;

export function postingOf(rows: readonly (ReceivedRow & Partial<BookRow>)[]): Posting {
  const posting: Posting = { received: {}, outcome: {}, last: {} };
  for (const row of rows) {
    const { tenantId, connectionId, taken, lastReceivedAtMs } = row;
    const page = hourPage(row.hour);
    const field = `${tenantId}/${connectionId}/`;
    add(posting.received, page, `${field}received`, row.received);
    for (const what of ['delivered', 'duplicate', 'quarantined'] as const)
      add(posting.outcome, page, field + what, row[what]);
    for (const what of ['lines', 'bytes', 'billedBytes'] as const)
      if (taken) add(posting.outcome, takenPage(taken.day), `${tenantId}/${what}`, taken[what]);
    if (lastReceivedAtMs !== undefined)
      posting.last[connectionId] = Math.max(posting.last[connectionId] ?? 0, lastReceivedAtMs);
  }
  return posting;
}

function add(to: Additions, page: string, field: string, count = 0): void {
  if (count === 0) return;
  const fields = (to[page] ??= {});
  fields[field] = (fields[field] ?? 0) + count;
}
