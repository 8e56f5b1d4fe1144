export { AdminGuard, adminToken } from './admin.guard.js';
