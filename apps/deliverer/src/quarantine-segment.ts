import { quarantineLines } from '#contracts';
import type { FirehoseRecord, Segment } from './pack-records.js';

/**
 * What takes the place of a record of one line that Firehose refuses for good. A line of the
 * quarantine has no other place to go: `undefined`.
 */
export function quarantineSegment(record: FirehoseRecord): Segment | undefined {
  const [slice] = record.slices;
  if (!slice || slice.segment.kind === 'quarantine') return undefined;
  const { tenantId, connectionId, hour } = slice.segment;
  const lines = quarantineLines({
    tenantId,
    connectionId,
    messageId: '',
    receivedAtMs: Date.parse(`${hour}:00:00Z`),
    reason: 'refused_by_sink',
    bytes: slice.bytes,
  });
  const bytes = Buffer.concat(lines);
  return { kind: 'quarantine', tenantId, connectionId, hour, events: 1, lines: lines.length, bytes };
}
