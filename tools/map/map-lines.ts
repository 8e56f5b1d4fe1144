import { readEvent, type LineFormat, type ReadOptions } from '#audit-log';
import { bufferOf, type QuarantineReason } from '#contracts';

export type MapOptions = Pick<ReadOptions, 'networkOf'> & {
  format: LineFormat;
  tenantId: string;
  nowMs: number;
};

/** What one line of NDJSON became; `number` counts from 1. */
export type MappedLine =
  | { number: number; line: string; category: string; ruleId: string; secrets: number }
  | { number: number; refused: QuarantineReason };

/** Maps LogEntries, one on each line, as the enricher would; empty lines are passed over. */
export async function* mapLines(
  lines: AsyncIterable<Buffer> | Iterable<Buffer>,
  { format, tenantId, nowMs, ...how }: MapOptions,
): AsyncGenerator<MappedLine> {
  let number = 0;
  for await (const bytes of lines) {
    number += 1;
    if (bytes.every(isSpace)) continue;
    const source = { tenantId, connectionId: 'map', receivedAtMs: nowMs, bytes };
    const read = readEvent(source, how);
    if ('refused' in read) {
      yield { number, refused: read.refused };
      continue;
    }
    const { category, ruleId } = read.event.classification;
    const secrets = [...(read.redacted?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    yield { number, line: bufferOf(format(read.event)).toString(), category, ruleId, secrets };
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
