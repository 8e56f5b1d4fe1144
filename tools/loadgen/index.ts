export { runLoad } from './load.js';
export type { LoadOptions, LoadResult } from './options.js';
export { requestSource } from './request-source.js';
export { zipfWeight } from './zipf.js';
