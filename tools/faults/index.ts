export { rows } from './rows.js';
export { runRow, type RowResult, type RunOptions } from './run-row.js';
export { sabotages, type Sabotage } from './sabotage.js';
