export { ConfigError, loadConfig } from './config.js';
export { settings } from './settings.js';
