export { compare, type Comparison, type ComparisonOptions } from './comparison.js';
export { costTable } from './cost-table.js';
export { workload, type Workload } from './workload.js';
