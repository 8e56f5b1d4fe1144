import { z } from 'zod';

const times = z.int().min(1).optional().describe('Calls it strikes before it goes; for ever when absent.');

/** The knobs: each makes the local Firehose fail in one way that the real one does. */
export const faults = z
  .object({
    /** `fail` of every `of` records are refused inside a 200, counted over all calls. */
    records: z.object({
      fail: z.int().min(1),
      of: z.int().min(1),
      codes: z
        .array(z.enum(['ServiceUnavailableException', 'InternalFailure']))
        .min(1)
        .default(['ServiceUnavailableException']),
      times,
    }),
    /** The whole call is answered 500 "Slow down.". */
    throttle: z.object({ times }),
    /** The whole call is answered 500 InternalFailure, with this chance. */
    internal: z.object({ chance: z.number().min(0).max(1).default(1), times }),
    /** The whole call is answered as AWS answers credentials that were revoked. */
    denied: z.object({ times }),
    /** Records are taken, but the answer never comes: the connection is cut after this time. */
    acceptThenSilence: z.object({ cutAfterMs: z.int().min(0).default(60_000), times }),
    /** Every call waits this long first. */
    latency: z.object({ ms: z.int().min(1), times }),
    /** The stream's Direct PUT quota; what is over it is refused record by record. */
    quota: z
      .object({
        bytesPerSecond: z.int().min(1),
        recordsPerSecond: z.int().min(1),
        requestsPerSecond: z.int().min(1),
      })
      .partial(),
    /** A call with a record that holds this text is refused as invalid. */
    invalid: z.object({ containing: z.string().min(1), times }),
  })
  .partial()
  .extend({ stream: z.string().optional().describe('Only this stream; every stream when absent.') })
  .strict();

export type FaultsInput = z.input<typeof faults>;
export type Faults = z.infer<typeof faults>;

/** Decides, call by call, which faults strike. */
export class FaultPlan {
  private current: Faults = {};
  private recordCount = 0;
  private buckets = new Map<string, { tokens: number; atMs: number }>();

  set(input: unknown): Faults {
    this.current = faults.parse(input);
    this.recordCount = 0;
    this.buckets.clear();
    return this.current;
  }

  get(): Faults {
    return this.current;
  }

  /** The fault of a kind, if it strikes this call; counts down its `times`. */
  strike<Kind extends keyof Omit<Faults, 'stream'>>(kind: Kind, stream: string): Faults[Kind] | undefined {
    const { [kind]: fault, stream: only } = this.current;
    if (!fault || (only !== undefined && only !== stream)) return undefined;
    if ('times' in fault && fault.times !== undefined) {
      fault.times -= 1;
      if (fault.times === 0) this.current = { ...this.current, [kind]: undefined };
    }
    return fault;
  }

  /** The error code of each record that is refused inside the answer. */
  refusals(stream: string, records: readonly Buffer[]): (string | undefined)[] {
    const fault = this.strike('records', stream);
    const quota = this.strike('quota', stream);
    return records.map((record) => {
      if (quota && !this.withinQuota(stream, quota, record.length)) return 'ServiceUnavailableException';
      if (!fault) return undefined;
      const position = this.recordCount % fault.of;
      this.recordCount += 1;
      return position < fault.fail ? fault.codes[position % fault.codes.length] : undefined;
    });
  }

  /** Whether the stream has a request left in its quota. */
  mayRequest(stream: string): boolean {
    const { quota, stream: only } = this.current;
    if (quota?.requestsPerSecond === undefined || (only !== undefined && only !== stream)) return true;
    return this.take(`${stream} requests`, quota.requestsPerSecond, 1);
  }

  private withinQuota(stream: string, quota: NonNullable<Faults['quota']>, bytes: number): boolean {
    const { bytesPerSecond, recordsPerSecond } = quota;
    return (
      (recordsPerSecond === undefined || this.take(`${stream} records`, recordsPerSecond, 1)) &&
      (bytesPerSecond === undefined || this.take(`${stream} bytes`, bytesPerSecond, bytes))
    );
  }

  /** A token bucket of one second's worth. */
  private take(name: string, perSecond: number, amount: number): boolean {
    const nowMs = performance.now();
    const bucket = this.buckets.get(name) ?? { tokens: perSecond, atMs: nowMs };
    const tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1_000);
    const isEnough = tokens >= Math.min(amount, perSecond);
    this.buckets.set(name, { tokens: isEnough ? tokens - amount : tokens, atMs: nowMs });
    return isEnough;
  }
}
