import { z } from 'zod';

const address = z.url({ protocol: /^http$/ });

export const loadOptions = z.object({
  url: address
    .or(z.array(address).min(1))
    .describe('The receiver, as http://host:port, or several, which share the connections evenly'),
  targets: z
    .array(
      z.object({
        path: z.string().startsWith('/').describe('Where the subscription pushes to'),
        token: z.string().describe('The bearer token'),
        subscription: z.string(),
        weight: z
          .number()
          .positive()
          .default(1)
          .describe('Its share of the requests, relative to the others'),
      }),
    )
    .min(1),
  connections: z.int().min(1).default(64),
  durationMs: z.number().positive().describe('The measured time, which follows the warm-up'),
  warmUpMs: z.number().min(0).default(0),
  ratePerSecond: z.number().positive().optional().describe('Open loop at this rate; without it, closed loop'),
  pipeline: z.int().min(1).default(1).describe('Outstanding requests per connection'),
  seed: z.int().default(1).describe('The same seed sends the same message ids again'),
});

export type LoadOptions = z.input<typeof loadOptions>;
export type Target = z.output<typeof loadOptions>['targets'][number];

/** Counts are of the whole run; rate, latency, seconds and CPU of the measured time after the warm-up. */
export type LoadResult = {
  sent: number;
  answered: number;
  /** Requests that were due in an open loop and never sent; their wait is in the latencies. */
  unsent: number;
  /** Answers by HTTP status. */
  byStatus: Record<string, number>;
  eventsPerSecond: number;
  latencyMs: { p50: number; p90: number; p99: number; max: number };
  seconds: number;
  /** User and system time of this process. */
  cpuSeconds: number;
};
