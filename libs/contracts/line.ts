import { z } from 'zod';

/** Firehose's limits on a record, and so on a line: bytes before base64, newline included. */
export const maxRecordBytes = 1_024_000;
/** De-aggregation stops at 500 sub-records without a word. */
export const maxLinesPerRecord = 500;

/** A line of `EVENT_FORMAT=raw`; `log_entry` holds the original bytes. */
export const rawLine = z.object({
  tenant_id: z.string(),
  connection_id: z.string(),
  event_id: z.string(),
  received_at: z.iso.datetime(),
  log_entry: z.record(z.string(), z.unknown()),
});
export type RawLine = z.infer<typeof rawLine>;

const entryKey = '"log_entry":';

/** What the lines begin with in which the entry stands at the top; in the others it is inside of an object. */
const flatLine = '{"tenant_id":';

/** The original entry in a line of any export format, byte for byte: it stands last. `undefined` without one. */
export function originalEntry(line: string): string | undefined {
  const at = line.indexOf(entryKey);
  if (at < 0) return undefined;
  const isNested = !line.startsWith(flatLine);
  const end = line.length - (line.endsWith('\n') ? 1 : 0) - (isNested ? 2 : 1);
  return line.slice(at + entryKey.length, end);
}
