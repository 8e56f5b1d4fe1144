import type { BookRow } from '#contracts';

/** What a receiver took in, for one connection and hour. */
export type ReceivedRow = Pick<BookRow, 'tenantId' | 'connectionId' | 'hour' | 'received'> & {
  lastReceivedAtMs?: number;
};

/** The figures of a field of each kind of page, in the order in which they stand in it. */
export const hourFigures = ['received', 'delivered', 'duplicate', 'quarantined'] as const;
export const takenFigures = ['lines', 'bytes', 'billedBytes'] as const;

/** What is to be added to the books, by page and field. */
type Additions = Map<string, Map<string, number[]>>;

/**
 * A batch's rows as the books' script takes them, each a list, in JSON: for each page its name, how many
 * fields and how many figures each has; for each field its name and its figures.
 */
export type Posting = {
  received: string;
  outcome: string;
  /** When each connection's last event came: connection and epoch milliseconds, in turn. */
  last: string;
};

export const hourPage = (hour: string) => `{books}:hour:${hour}`;
export const takenPage = (day: string) => `{books}:taken:${day}`;

export function postingOf(rows: readonly (ReceivedRow & Partial<BookRow>)[]): Posting {
  const received: Additions = new Map();
  const outcome: Additions = new Map();
  const last = new Map<string, number>();
  for (const row of rows) {
    const { tenantId, connectionId, taken, lastReceivedAtMs } = row;
    const { delivered = 0, duplicate = 0, quarantined = 0 } = row;
    const page = hourPage(row.hour);
    const field = `${tenantId}/${connectionId}`;
    add(received, page, field, [row.received, 0, 0, 0]);
    add(outcome, page, field, [0, delivered, duplicate, quarantined]);
    if (taken) {
      const figures = takenFigures.map((name) => taken[name]);
      add(outcome, takenPage(taken.day), tenantId, figures);
    }
    if (lastReceivedAtMs !== undefined)
      last.set(connectionId, Math.max(last.get(connectionId) ?? 0, lastReceivedAtMs));
  }
  return {
    received: listOf(received),
    outcome: listOf(outcome),
    last: JSON.stringify([...last].flat()),
  };
}

function add(to: Additions, page: string, field: string, figures: readonly number[]): void {
  if (figures.every((figure) => figure === 0)) return;
  let fields = to.get(page);
  if (!fields) to.set(page, (fields = new Map()));
  const known = fields.get(field);
  fields.set(
    field,
    figures.map((figure, index) => figure + (known?.[index] ?? 0)),
  );
}

function listOf(additions: Additions): string {
  const pages = [...additions].map(([page, fields]) => {
    const [[, figures = []] = []] = fields;
    return [page, fields.size, figures.length, ...[...fields].flat(2)];
  });
  return JSON.stringify(pages.flat());
}
