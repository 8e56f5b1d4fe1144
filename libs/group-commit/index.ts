export { GroupCommit } from './group-commit.js';
export type { CommitLimits } from './limits.js';
