import { firehoseFails, oneFloods } from './firehose-rows.js';
import { clockOff, connectionChanges, duplicates, malformedMessages } from './google-rows.js';
import { poison } from './poison-row.js';
import { delivererKilled, enricherKilled, receiverKilled, rollingRestart } from './process-rows.js';
import { redisFrozen, redisFull, redisKilled } from './redis-rows.js';
import { replicaPromoted } from './replica-row.js';
import type { Row } from './row.js';
import { soak } from './soak-row.js';
import { fileDamaged, powerCut } from './storage-rows.js';

/** The fault plan. */
export const rows: readonly Row[] = [
  receiverKilled,
  enricherKilled,
  delivererKilled,
  rollingRestart,
  redisKilled,
  powerCut,
  fileDamaged,
  redisFrozen,
  replicaPromoted,
  redisFull,
  firehoseFails,
  oneFloods,
  poison,
  malformedMessages,
  duplicates,
  clockOff,
  connectionChanges,
  soak,
];
