export { appNames, Platform, type PlatformOptions } from './platform.js';
export { AppProcess } from './app-process.js';
export { drain, reportNow } from './drain.js';
export { Judge } from './judge.js';
export { landedObjects } from './landed.js';
export { driveTraffic } from './traffic.js';
export type { TenantReport } from './report.js';
