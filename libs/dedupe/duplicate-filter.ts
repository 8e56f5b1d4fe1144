import type { Redis } from '#redis';
import { argumentsOf, familiesOf, type Family, type MessageKey } from './keys.js';
import { claimScript, markScript, releaseScript, type Scripts } from './scripts.js';

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

  /** `windowSeconds` 0 turns the filter off; with other `shards` nothing is known of what was before. */
  constructor(
    private readonly redis: Redis,
    private readonly windowSeconds: number,
    private readonly shards = 1,
  ) {
    redis.defineCommand('seenClaim', { numberOfKeys: 1, lua: claimScript });
    redis.defineCommand('seenMark', { numberOfKeys: 1, lua: markScript });
    redis.defineCommand('seenRelease', { numberOfKeys: 1, lua: releaseScript });
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
    const families = familiesOf(keys, this.shards);
    const answers = await Promise.all(
      families.map((family) => this.scripts.seenClaim(family.tag, batchId, claimMs, ...argumentsOf(family))),
    );
    if (answers.includes(null)) {
      // What was claimed is let go, so that two batches never wait for each other.
      const held = families.filter((_, index) => answers[index] !== null);
      await Promise.all(
        held.map((family) => this.scripts.seenRelease(family.tag, claimMs, ...argumentsOf(family))),
      );
      return 'contested';
    }
    families.forEach((family, index) => {
      tell(family, answers[index] ?? [], repeated);
    });
    return repeated;
  }

  /** Marks messages as seen, which ends their claims; doing it again changes nothing. */
  async mark(keys: readonly MessageKey[]): Promise<void> {
    if (this.windowSeconds === 0) return;
    const ttl = this.windowSeconds + graceSeconds;
    const { int, hash } = bucketLimit;
    await Promise.all(
      familiesOf(keys, this.shards).map((family) =>
        this.scripts.seenMark(family.tag, claimMs, ttl, int, hash, ...argumentsOf(family)),
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

/** Puts a family's answer where its messages stood; a message that stands earlier in the list is repeated. */
function tell({ slices }: Family, seen: readonly number[], repeated: boolean[]): void {
  let at = 0;
  for (const { ids, positions } of slices) {
    const earlier = new Set<string>();
    for (const [index, id] of ids.entries()) {
      repeated[positions[index] ?? -1] = seen[at] === 1 || earlier.has(id);
      earlier.add(id);
      at += 1;
    }
  }
}

function handedOnKey(batchId: string): string {
  return `handed-on:${batchId}`;
}
