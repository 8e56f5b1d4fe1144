export { parseEntry, type LogEntry } from './entry.js';
export { lineFormats, type EventFormat, type LineFormat, type UnderstoodEvent } from './formats.js';
export { eventId, logTypeOf, logTypes, type LogType } from './identity.js';
