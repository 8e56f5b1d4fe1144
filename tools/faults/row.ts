import type { Random } from '#tools/local-google';
import type { PlatformOptions } from '#tools/local-platform';
import type { Arena } from './arena.js';

/** What a row's platform is made of, and what happens on it. */
export type Stage = {
  options?: Partial<Pick<PlatformOptions, 'environment' | 'redis' | 'redisUrl' | 'isBalanced'>>;
  /** Brings the fault about under load, and heals it. */
  run(arena: Arena): Promise<void>;
  /** Ends what the row started beside the platform. */
  clear?(): Promise<void>;
};

/** One row of the fault plan. */
export type Row = {
  number: number;
  title: string;
  /** Why the row cannot be run on this machine. */
  missing?(): string | undefined;
  /** `folder` is the row's own; `random` is decided by the seed. */
  stage(folder: string, random: Random): Stage | Promise<Stage>;
};

/** A row that needs nothing but the usual platform, and perhaps settings of the apps. */
export function row(
  number: number,
  title: string,
  run: Stage['run'],
  environment: Record<string, string> = {},
): Row {
  return { number, title, stage: () => ({ options: { environment }, run }) };
}
