import { z } from 'zod';

/** Why an event could not be understood. Stable: readers of the quarantine and alerts match on these. */
export const quarantineReasons = {
  not_a_push: 'The request was authentic, but its body is no Pub/Sub push.',
  bad_base64: 'message.data is not base64.',
  body_too_large: 'The request body is larger than anything Pub/Sub sends; only its beginning was kept.',
  empty: 'The message carries no data.',
  invalid_utf8: 'The data is not UTF-8.',
  invalid_json: 'The data is not JSON.',
  not_an_object: 'The data is JSON, but not an object.',
  too_deep: 'The data nests deeper than consumers can read.',
  line_too_large: 'The exported line would exceed the 1,024,000 bytes of a Firehose record.',
  refused_by_sink: 'Firehose refused the line for good.',
} as const;

export type QuarantineReason = keyof typeof quarantineReasons;

/** One line of the quarantine. Large originals span several lines: `part` of `parts`, from 1. */
export const quarantineLine = z.object({
  kind: z.literal('quarantine'),
  tenant_id: z.string(),
  connection_id: z.string(),
  quarantine_id: z.string(),
  message_id: z.string(),
  received_at: z.iso.datetime(),
  reason: z.enum(Object.keys(quarantineReasons) as [QuarantineReason, ...QuarantineReason[]]),
  part: z.int().min(1),
  parts: z.int().min(1),
  data_base64: z.base64(),
});

export type QuarantineLine = z.infer<typeof quarantineLine>;
