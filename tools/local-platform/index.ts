export { Platform, type PlatformConnection, type PlatformOptions } from './platform.js';
export { appNames } from './fleet.js';
export { AppProcess, type AppName } from './app-process.js';
export { drain, reportNow } from './drain.js';
export { Judge } from './judge.js';
export { landedObjects, type LandedObject } from './landed.js';
export { driveTraffic } from './traffic.js';
export type { TenantReport } from './report.js';
export { TcpEndpoint } from './tcp-endpoint.js';
