export { compare, type Comparison, type ComparisonOptions } from './comparison.js';
export { costTable } from './cost-table.js';
export { deliveryModes, type DeliveryMode } from './delivery.js';
export { readPriceList, type Assumptions, type PriceList } from './price-list.js';
export { workload, type Workload } from './workload.js';
