/** When an open batch is committed: as soon as it is full, or has lingered, and a commit slot is free. */
export type CommitLimits = {
  maxItems: number;
  maxBytes: number;
  /** How long the first item of a batch may wait for company. */
  lingerMs: number;
  /** Commits in flight at once. */
  maxInFlight: number;
};
