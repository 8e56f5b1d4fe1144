export {
  ConnectionDirectory,
  type ConnectionListener,
  type DirectoryOptions,
  type PinOutcome,
} from './connection-directory.js';
export { newConnectionId } from './connection-id.js';
export { ConnectionNotes } from './connection-notes.js';
export {
  ConnectionStore,
  type ConnectionChange,
  type ConnectionDraft,
  type ConnectionPatch,
} from './connection-store.js';
