export { BullTransport, type BullTransportOptions } from './bull-transport.js';
export { Handles } from './handles.js';
export { JobContext } from './job-context.js';
export { JobPublisher, type JobPublisherOptions } from './job-publisher.js';
export { FailedJobs, type FailedJob } from './failed-jobs.js';
export { QueueInspector, type QueueDepth, type QueueInspectorOptions } from './queue-inspector.js';
export { RethrowFilter } from './rethrow.filter.js';
export { backoffMs } from './verdict.js';
