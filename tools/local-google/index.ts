export { startLocalGoogle, type LocalGoogle, type LocalGoogleOptions } from './server.js';
export type { SubscriptionOptions, SubscriptionStats } from './push-subscription.js';
