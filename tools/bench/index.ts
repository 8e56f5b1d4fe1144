export { benchAuditLog, type AuditLogFigures } from './audit-log.js';
export { benchComparison, type Comparison } from './compare.js';
export { benchDedupe, type DedupeFigures } from './dedupe.js';
export { benchDepth, hoursPerGiB, type DepthFigures } from './depth.js';
export type { PipelineFigures } from './pipeline.js';
export { benchReceiver, type ReceiverFigures } from './receiver.js';
export { benchScale, type ScaleFigures } from './scale.js';
export { benchWithYardstick, type Yardstick, type YardstickedFigures } from './yardstick.js';
export { thisMachine, type Machine } from './machine.js';
