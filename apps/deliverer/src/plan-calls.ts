/** Firehose's limits on one PutRecordBatch call; bytes count before base64. */
export const maxRecordsPerCall = 500;
export const maxBytesPerCall = 4 * 1024 * 1024;

/** Splits records, in order, into calls within the limits. */
export function planCalls<Record extends { bytes: number }>(records: readonly Record[]): Record[][] {
  const calls: Record[][] = [];
  let call: Record[] = [];
  let bytes = 0;
  for (const record of records) {
    if (call.length === maxRecordsPerCall || (call.length > 0 && bytes + record.bytes > maxBytesPerCall)) {
      calls.push(call);
      call = [];
      bytes = 0;
    }
    call.push(record);
    bytes += record.bytes;
  }
  if (call.length > 0) calls.push(call);
  return calls;
}
