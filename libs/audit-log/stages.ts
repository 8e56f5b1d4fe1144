import { readActivity } from './activity.js';
import { classify } from './classify.js';
import { ecsFields } from './ecs.js';
import { parseEntry } from './entry.js';
import { eventId } from './identity.js';
import { ocsfFields } from './ocsf.js';
import { redact } from './redact.js';

/** The steps from bytes to a line, to be measured one by one. */
export const stages = {
  parseEntry,
  redact,
  readActivity,
  classify,
  eventId,
  map: { ocsf: ocsfFields, ecs: ecsFields, raw: () => ({}) },
};
