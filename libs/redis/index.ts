export { connectRedis, disconnectRedis, type Redis, type RedisRole } from './redis.js';
export { masterOf, mastersOf } from './masters.js';
export { durabilityProblems, readDurabilitySettings } from './durability.js';
