export { runLoad } from './load.js';
export type { LoadOptions, LoadResult } from './options.js';
export { zipfWeight } from './zipf.js';
