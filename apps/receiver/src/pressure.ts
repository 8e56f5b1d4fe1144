/** How full the pipeline is; each as a share of what it may be, from 0. */
export type Pressure = {
  /** Redis's memory, of its `maxmemory`; 0 when it has no limit. */
  memory: number;
  /** Bytes of the jobs in all queues, of `QUEUES_MAX_BYTES`. */
  queues: number;
  /** Age of the oldest job, of `BACKLOG_MAX_MS`. */
  age: number;
  /** Redis's append-only file, of `REDIS_DISK_BYTES`; 0 when that is not set. */
  disk: number;
};

/** Whose pushes are refused: nobody's, those of connections over their share, or everybody's. */
export type Shedding = 'nobody' | 'greedy' | 'everybody';

/** The later stages need what is left of Redis, or a full one would stop them too. */
export const greedyAbove = 0.6;
const everybodyAbove = 0.75;
/** Shedding ends only this far below where it began, so that it does not flicker. */
const hysteresis = 0.1;

/** What to shed next, by the fullest of all. */
export function nextShedding(now: Shedding, { memory, queues, age, disk }: Pressure): Shedding {
  const fullest = Math.max(memory, queues, age, disk);
  const above = (mark: number, isOn: boolean) => fullest >= (isOn ? mark - hysteresis : mark);
  if (above(everybodyAbove, now === 'everybody')) return 'everybody';
  return above(greedyAbove, now !== 'nobody') ? 'greedy' : 'nobody';
}
