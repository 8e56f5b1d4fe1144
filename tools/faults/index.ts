export { rows } from './rows.js';
export { runRow, type RowResult } from './run-row.js';
