export { classificationTable, type ActionCategory, type Classification } from './classify.js';
export { ecsMapping, type EcsFieldType } from './ecs-mapping.js';
export { parseEntry, type LogEntry } from './entry.js';
export { lineFormats, type EventFormat, type LineFormat, type UnderstoodEvent } from './formats.js';
export { globalAddress } from './global-address.js';
export { eventId, logTypeOf, logTypes, type LogType } from './identity.js';
export type { Network } from './network.js';
export { ocsfMapping } from './ocsf-mapping.js';
export { readEvent, type EntrySource, type ReadEvent, type ReadOptions } from './read-event.js';

import { readActivity } from './activity.js';
import { classify } from './classify.js';
import { parseEntry as parse } from './entry.js';
import { ecsFields } from './ecs.js';
import { eventId as identify } from './identity.js';
import { ocsfFields } from './ocsf.js';
import { redact } from './redact.js';

/** The steps of {@link readEvent}, to be measured one by one. */
export const stages = {
  parseEntry: parse,
  redact,
  readActivity,
  classify,
  eventId: identify,
  map: { ocsf: ocsfFields, ecs: ecsFields, raw: () => ({}) },
};
