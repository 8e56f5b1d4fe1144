/** Firehose bills each record in steps of so many bytes. */
export const billingStepBytes = 5 * 1024;

/** What a record of so many bytes is billed as. */
export function billedBytesOf(recordBytes: number): number {
  return Math.ceil(recordBytes / billingStepBytes) * billingStepBytes;
}
