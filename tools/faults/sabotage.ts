import type { PlatformOptions } from '#tools/local-platform';
import { preloaded } from './preload.js';

/** A promise broken on purpose, and the row of the fault plan that must notice. */
export type Sabotage = {
  name: string;
  breaks: string;
  row: number;
  options: Partial<Pick<PlatformOptions, 'environment' | 'redis'>>;
};

export const sabotages: readonly Sabotage[] = [
  {
    name: 'everysec',
    breaks: 'Redis syncs once a second instead of always',
    row: 6,
    options: { environment: { DURABILITY: 'relaxed' }, redis: { settings: { appendfsync: 'everysec' } } },
  },
  {
    name: 'early-ack',
    breaks: 'pushes are acknowledged before they are stored',
    row: 1,
    options: { environment: preloaded('early-ack') },
  },
  {
    name: 'mark-first',
    breaks: 'messages are marked as seen before they are handed on',
    row: 2,
    options: { environment: preloaded('mark-first') },
  },
  {
    name: 'no-wait',
    breaks: 'pushes are acknowledged without waiting for the replica',
    row: 9,
    options: { environment: { DURABILITY: 'fsync' } },
  },
  {
    name: 'resend-all',
    breaks: 'a call that was taken in part is sent again as a whole',
    row: 11,
    options: { environment: preloaded('resend-all') },
  },
];
