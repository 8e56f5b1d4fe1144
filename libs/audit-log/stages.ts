import { readActivity } from './activity.js';
import { classify } from './classify.js';
import { parseEntry } from './entry.js';
import { eventId } from './identity.js';
import { redact } from './redact.js';

/** The steps from bytes to a line, to be measured one by one. */
export const stages = {
  parseEntry,
  redact,
  readActivity,
  classify,
  eventId,
};
