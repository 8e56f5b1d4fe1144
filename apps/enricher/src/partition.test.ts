import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bufferOf, partitionedHeader, type ReceivedHeader } from '#contracts';
import { bookHourOf } from '#ledger';
import { decidedRows, eventsOf, partition, type Outcome } from './partition.js';
import type { BatchEvent } from './understand.js';

const hourMs = 3_600_000;
const firstMs = Date.parse('2026-02-03T22:59:59.999Z');

const event = fc
  .record({
    connection: fc.constantFrom('red-1', 'red-2', 'blue-1'),
    receivedAtMs: fc.constantFrom(firstMs, firstMs + 1, firstMs + hourMs),
  })
  .map(({ connection: connectionId, receivedAtMs }): BatchEvent => ({
    ...{ tenantId: connectionId.slice(0, -2), connectionId, receivedAtMs },
    ...{ messageId: '1', publishTime: '', payload: Buffer.from('{}') },
  }));

/** Outcomes whose lines say whose they are and where they stood. */
const outcomes = fc
  .array(
    fc.record({
      event,
      kind: fc.constantFrom('events' as const, 'quarantine' as const),
      lines: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 60 },
  )
  .map((drafts) =>
    drafts.map(({ event, kind, lines }, index): Outcome => {
      const place = `${kind} ${event.tenantId} ${event.connectionId} ${bookHourOf(event.receivedAtMs)}`;
      const line = (part: number) => Buffer.from(`${place} ${String(index)}.${String(part)}\n`);
      return { event, kind, lines: Array.from({ length: lines }, (_, part) => line(part)) };
    }),
  );

describe('partition', () => {
  it('puts every line once, in order, into the one segment of its kind, tenant, connection and hour', () => {
    fc.assert(
      fc.property(outcomes, (input) => {
        const segments = partition(input);
        const places = segments.map(
          ({ kind, tenantId, connectionId, hour }) => `${kind} ${tenantId} ${connectionId} ${hour}`,
        );
        expect(new Set(places).size).toBe(places.length);
        const all = input.flatMap(({ lines }) => lines.map((line) => String(bufferOf(line))));
        segments.forEach(({ bytes, lines, events }, index) => {
          const mine = all.filter((line) => line.startsWith(`${places[index] ?? '?'} `));
          expect(bufferOf(bytes).toString()).toBe(mine.join(''));
          expect(lines).toBe(mine.length);
          expect(events).toBe(new Set(mine.map((line) => line.split('.')[0])).size);
        });
        expect(segments.reduce((sum, { lines }) => sum + lines, 0)).toBe(all.length);
        expect(() => partitionedHeader.parse({ segments })).not.toThrow();
      }),
    );
  });

  it('makes nothing of nothing', () => {
    expect(partition([])).toEqual([]);
  });
});

describe('decidedRows', () => {
  it('books each event as received once, and as a duplicate when it is one, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.boolean())), (input) => {
        const rows = decidedRows(
          input.map(([one]) => one),
          input.map(([, isRepeated]) => isRepeated),
        );
        expect(new Set(rows.map(({ connectionId, hour }) => `${connectionId} ${hour}`)).size).toBe(
          rows.length,
        );
        for (const row of rows) {
          const mine = input.filter(
            ([{ connectionId, receivedAtMs }]) =>
              connectionId === row.connectionId && bookHourOf(receivedAtMs) === row.hour,
          );
          expect(row).toMatchObject({ tenantId: mine[0]?.[0].tenantId, delivered: 0, quarantined: 0 });
          expect(row.received).toBe(mine.length);
          expect(row.duplicate).toBe(mine.filter(([, isRepeated]) => isRepeated).length);
        }
        expect(rows.reduce((sum, { received }) => sum + received, 0)).toBe(input.length);
      }),
    );
  });

  it('takes events that nobody looked at for no duplicates', () => {
    const one = { tenantId: 'red', connectionId: 'red-1', receivedAtMs: firstMs, messageId: '1' };
    const events = [one, one].map((fields) => ({ ...fields, publishTime: '', payload: Buffer.from('{}') }));
    expect(decidedRows(events, [])).toEqual([expect.objectContaining({ received: 2, duplicate: 0 })]);
  });
});

describe('eventsOf', () => {
  const header: ReceivedHeader = {
    connections: [
      { id: 'red-1', tenantId: 'red' },
      { id: 'blue-1', tenantId: 'blue' },
    ],
    events: [
      { c: 1, messageId: '7', publishTime: 'p', receivedAtMs: 5 },
      { c: 0, messageId: '8', publishTime: 'q', receivedAtMs: 6, refused: 'not_a_push' },
    ],
  };
  const payloads = [Buffer.from('first'), Buffer.from('second')];

  it('gives each event the tenant of the connection that vouched for it, and its own bytes', () => {
    expect(eventsOf(header, payloads)).toEqual([
      {
        ...{ tenantId: 'blue', connectionId: 'blue-1', messageId: '7', publishTime: 'p' },
        ...{ receivedAtMs: 5, payload: payloads[0] },
      },
      {
        ...{ tenantId: 'red', connectionId: 'red-1', messageId: '8', publishTime: 'q' },
        ...{ receivedAtMs: 6, payload: payloads[1], refused: 'not_a_push' },
      },
    ]);
  });

  it.each<[string, ReceivedHeader, Buffer[]]>([
    [
      'a connection that it does not hold',
      { ...header, connections: header.connections.slice(0, 1) },
      payloads,
    ],
    ['more events than payloads', header, payloads.slice(0, 1)],
    ['fewer events than payloads', { ...header, events: header.events.slice(0, 1) }, payloads],
  ])('refuses a batch with %s', (_, wrong, held) => {
    expect(() => eventsOf(wrong, held)).toThrow(RangeError);
  });
});
