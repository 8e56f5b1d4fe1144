export { problemWith } from './files.js';
export { linesOf } from './lines.js';
export { mapLines, type MapOptions, type MappedLine } from './map-lines.js';
