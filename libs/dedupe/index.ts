export { DuplicateFilter } from './duplicate-filter.js';
export type { MessageKey } from './keys.js';
