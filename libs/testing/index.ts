export {
  findRedisServer,
  freePort,
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
