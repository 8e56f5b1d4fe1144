import { z } from 'zod';
import { tenantId } from './connection.js';
import { sealedFrame } from './frame.js';
import { quarantineReasons, type QuarantineReason } from './quarantine.js';

/** A kind of job: the pattern its handler answers to, the queue it travels on, and its shape. */
export type JobContract<Schema extends z.ZodType = z.ZodType> = {
  readonly pattern: string;
  readonly queue: QueueName;
  readonly schema: Schema;
};

export type JobPayload<Contract extends JobContract> = z.infer<Contract['schema']>;

export const queueNames = ['received', 'partitioned'] as const;
export type QueueName = (typeof queueNames)[number];

/** Header of a `received` frame; payload i is event i's bytes. Events name their connection by index. */
export const receivedHeader = z.object({
  connections: z.array(z.object({ id: z.string(), tenantId })),
  events: z.array(
    z.object({
      /** Index into `connections`. */
      c: z.int().min(0),
      messageId: z.string(),
      /** Google's own stamp, the same on every redelivery; may be empty. */
      publishTime: z.string(),
      receivedAtMs: z.int().min(0),
      /** Set when the push was authentic but unreadable: the payload is then the request body. */
      refused: z.enum(Object.keys(quarantineReasons) as [QuarantineReason, ...QuarantineReason[]]).optional(),
    }),
  ),
});
export type ReceivedHeader = z.infer<typeof receivedHeader>;

/** Many pushes, committed together by the receiver. */
export const receivedBatch = {
  pattern: 'batch.received',
  queue: 'received',
  schema: sealedFrame,
} as const satisfies JobContract;

/** The first folder of an S3 key. */
export const partitionKinds = ['events', 'quarantine'] as const;
export type PartitionKind = (typeof partitionKinds)[number];

/** UTC hour of receipt, `yyyy-MM-ddTHH`: a row of the books. */
export const bookHour = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}$/);

/** Header of a `partitioned` frame; payload i is the newline-ended lines of segment i. */
export const partitionedHeader = z.object({
  segments: z.array(
    z.object({
      kind: z.enum(partitionKinds),
      tenantId,
      connectionId: z.string(),
      hour: bookHour,
      /** Events the lines stand for; one quarantined event may span several lines. */
      events: z.int().min(0),
      lines: z.int().min(1),
    }),
  ),
});
export type PartitionedHeader = z.infer<typeof partitionedHeader>;
export type SegmentHeader = PartitionedHeader['segments'][number];

/** What Firehose took on a UTC day: lines, their bytes as sent, and their share of what it bills for the records. */
const taken = z.object({
  day: z.iso.date(),
  lines: z.int().min(0),
  bytes: z.int().min(0),
  billedBytes: z.int().min(0),
});
export type Taken = Omit<z.infer<typeof taken>, 'day'>;

/** What became of a batch's events, for one connection and hour of the books. */
export const bookRow = z.object({
  tenantId,
  connectionId: z.string(),
  hour: bookHour,
  received: z.int().min(0),
  delivered: z.int().min(0),
  duplicate: z.int().min(0),
  quarantined: z.int().min(0),
  taken: taken.optional(),
});
export type BookRow = z.infer<typeof bookRow>;

/** The lines of one received batch, by partition, and the rows of the books that are already decided. */
export const partitionedBatch = {
  pattern: 'batch.partitioned',
  queue: 'partitioned',
  schema: sealedFrame.extend({ settled: z.array(bookRow) }),
} as const satisfies JobContract;
