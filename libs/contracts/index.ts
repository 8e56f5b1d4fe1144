export { bufferOf, joined, type Bytes } from './bytes.js';
export { billedBytesOf, billingStepBytes } from './billed-bytes.js';
export { connection, subscriptionName, tenantId, type Connection } from './connection.js';
export { PermanentError, ThrottledError, TransientError, errorCodes, type ErrorCode } from './errors.js';
export { seal, sealedFrame, unseal, type Frame, type SealedFrame } from './frame.js';
export {
  bookHour,
  bookRow,
  partitionKinds,
  partitionedBatch,
  partitionedHeader,
  queueNames,
  receivedBatch,
  receivedHeader,
  type BookRow,
  type JobContract,
  type JobPayload,
  type PartitionKind,
  type PartitionedHeader,
  type QueueName,
  type ReceivedHeader,
  type SegmentHeader,
  type Taken,
} from './jobs.js';
export { maxLinesPerRecord, maxRecordBytes, originalEntry, rawLine, type RawLine } from './line.js';
export { errorPrefix, objectPrefix, partitionOfKey, partitionQuery, tenantPrefix } from './partition.js';
export {
  quarantineLine,
  quarantineReasons,
  type QuarantineLine,
  type QuarantineReason,
} from './quarantine.js';
export { quarantineLines, type QuarantinedEvent } from './quarantine-lines.js';
export { ScratchPool } from './scratch.js';
