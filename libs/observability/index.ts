export { HealthServer } from './health-server.js';
export { ObservabilityModule } from './observability.module.js';
export { Probes, type Check, type Problem } from './probes.js';
export { runUntilSignal } from './run.js';
