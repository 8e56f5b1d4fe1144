export type { ControlPlaneOptions } from './control-plane.js';
export type { BufferingOverride } from './delivery-stream.js';
export type { FaultsInput } from './faults.js';
export { startLocalFirehose, type LocalFirehose, type LocalFirehoseOptions } from './server.js';
export type { StreamStats } from './stats.js';
