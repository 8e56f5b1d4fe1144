export { mapLines, type MapOptions, type MappedLine } from './map-lines.js';
