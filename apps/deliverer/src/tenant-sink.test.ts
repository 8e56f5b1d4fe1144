import { describe, expect, it } from '@jest/globals';
import { PermanentError, type PartitionKind } from '#contracts';
import type { FirehoseRecord } from './pack-records.js';
import { assertOwn } from './tenant-sink.js';

const stream = { name: 'floodgate.events.acme', kind: 'events' as const, tenantId: 'acme' };
const record = (...owners: [tenantId: string, kind: PartitionKind][]): FirehoseRecord => ({
  slices: owners.map(([tenantId, kind]) => ({
    segment: { tenantId, kind, connectionId: 'c', hour: 'h', events: 1, lines: 1, bytes: Buffer.alloc(0) },
    bytes: Buffer.alloc(0),
    lines: 1,
  })),
  bytes: 0,
  lines: owners.length,
});

describe('assertOwn', () => {
  it("lets the tenant's own lines pass", () => {
    expect(() => {
      assertOwn(stream, [record(['acme', 'events'], ['acme', 'events']), record(['acme', 'events'])]);
    }).not.toThrow();
  });

  it.each<[string, [string, PartitionKind]]>([
    ['of another tenant', ['globex', 'events']],
    ['of another kind', ['acme', 'quarantine']],
  ])('throws for a single line %s among many', (_, owner) => {
    expect(() => {
      assertOwn(stream, [record(['acme', 'events']), record(['acme', 'events'], owner)]);
    }).toThrow(PermanentError);
  });
});
