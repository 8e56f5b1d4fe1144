import type { Redis } from '#redis';
import { slicesOf, type MessageKey, type Slice } from './keys.js';
import { claimScript, markScript, type Scripts } from './scripts.js';

/**
 * Buckets stay small enough for Redis's compact encodings: about 11 bytes for an int64 id, 42
 * for another. `set-max-intset-entries` is to be 2048; with Redis's default of 512 an int64 id takes 75.
 */
const bucketLimit = { int: 1_800, hash: 120 } as const;

const graceSeconds = 3_600;
const handedOnSeconds = 86_400;
/** A batch that died is taken up again well before; one that is gone for good holds others up no longer. */
const claimMs = 60_000;

/**
 * Best-effort duplicate suppression within a window, by exact structures only: a false positive would
 * be a lost log. The order is everything: claim, hand on durably, and only then mark as seen. A claim
 * keeps two batches that hold the same message, in work at the same moment, from both handing it on.
 */
export class DuplicateFilter {
  private readonly scripts: Scripts;

  /** `windowSeconds` 0 turns the filter off. */
  constructor(
    private readonly redis: Redis,
    private readonly windowSeconds: number,
  ) {
    redis.defineCommand('seenClaim', { numberOfKeys: 2, lua: claimScript });
    redis.defineCommand('seenMark', { numberOfKeys: 3, lua: markScript });
    this.scripts = redis as unknown as Scripts;
  }

  /**
   * For each message, whether it was marked before or stands earlier in the same list; the others are
   * claimed for the batch, which may claim them again. Answers `contested`, and claims none, while
   * another batch that holds one of them is in work.
   */
  async claim(batchId: string, keys: readonly MessageKey[]): Promise<boolean[] | 'contested'> {
    const repeated = new Array<boolean>(keys.length).fill(false);
    if (this.windowSeconds === 0) return repeated;
    const slices = slicesOf(keys);
    const answers = await Promise.all(
      slices.map(({ base, kind, ids }) =>
        this.scripts.seenClaim(base, claimsKey(base), kind, batchId, claimMs, ...ids),
      ),
    );
    if (answers.includes(null)) {
      // What was claimed is let go, so that two batches never wait for each other.
      const held = slices.filter((_, index) => answers[index] !== null);
      await Promise.all(held.map(({ base, ids }) => this.redis.hdel(claimsKey(base), ...ids)));
      return 'contested';
    }
    slices.forEach(({ ids, positions }, slice) => {
      const seen = answers[slice];
      const earlier = new Set<string>();
      ids.forEach((id, index) => {
        repeated[positions[index] ?? -1] = seen?.[index] === 1 || earlier.has(id);
        earlier.add(id);
      });
    });
    return repeated;
  }

  /** Marks messages as seen, which ends their claims; doing it again changes nothing. */
  async mark(keys: readonly MessageKey[]): Promise<void> {
    if (this.windowSeconds === 0) return;
    const ttl = this.windowSeconds + graceSeconds;
    await Promise.all(
      slicesOf(keys).map(({ base, kind, ids }: Slice) =>
        this.scripts.seenMark(base, hintKey(base), claimsKey(base), kind, ttl, bucketLimit[kind], ...ids),
      ),
    );
  }

  /** Remembers that a batch is durable in the next queue, so that its retry is not taken for duplicates. */
  async rememberHandedOn(batchId: string): Promise<void> {
    await this.redis.set(handedOnKey(batchId), '', 'EX', handedOnSeconds);
  }

  async wasHandedOn(batchId: string): Promise<boolean> {
    return (await this.redis.exists(handedOnKey(batchId))) === 1;
  }
}

/** The connection's hint stands beside its slices, in the same cluster slot. */
function hintKey(base: string): string {
  return `${base.slice(0, base.indexOf('}') + 1)}:buckets:${base.slice(base.lastIndexOf(':') + 1)}`;
}

function claimsKey(base: string): string {
  return `${base}:claims`;
}

function handedOnKey(batchId: string): string {
  return `handed-on:${batchId}`;
}
