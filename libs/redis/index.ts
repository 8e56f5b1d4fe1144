export { connectRedis, disconnectRedis, type RedisRole } from './redis.js';
export { durabilityProblems, readDurabilitySettings } from './durability.js';
export type { Redis } from 'ioredis';
