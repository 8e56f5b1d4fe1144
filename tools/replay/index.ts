export { eventsIn, isReplayable, replayBatches, type QuarantinedMessage } from './quarantined.js';
export { quarantineLinesOf, type QuarantineFilter } from './quarantine-bucket.js';
