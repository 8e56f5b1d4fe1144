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
