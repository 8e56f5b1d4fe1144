export { AuditTraffic } from './audit-traffic.js';
export { Random } from './audit-traffic-random.js';
export { samplesFrom } from './samples.js';
export { rateAt } from './traffic-rate.js';
export {
  startLocalGoogle,
  type LocalGoogle,
  type LocalGoogleOptions,
  type PublishOptions,
} from './server.js';
export type { SubscriptionOptions, SubscriptionStats } from './push-subscription.js';
