export { endsWithUs } from './ends-with-us.js';
export { freePort, isFree } from './free-port.js';
export { startRedisCluster, type RedisCluster } from './redis-cluster.js';
export {
  findRedisServer,
  startRedisServer,
  type RedisServer,
  type RedisServerOptions,
} from './redis-server.js';
export {
  googleIssuer,
  startGoogleIdentity,
  type GoogleIdentity,
  type PushAccount,
} from './google-identity.js';
