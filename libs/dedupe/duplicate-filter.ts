import type { Redis } from '#redis';
import { argumentsOf, familiesOf, membersOf, tagOf, type Family, type MessageKey } from './keys.js';
import { claimScript, markScript, releaseScript, type Scripts } from './scripts.js';

/**
 * Buckets stay small enough for Redis's compact encodings: about 10 bytes for an int64 id, 42 for
 * another. `set-max-intset-entries` is to be 2048; with Redis's default of 512 an int64 id takes 75.
 */
const bucketLimit = { int: 2_000, hash: 120 } as const;

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
  /** Of messages that were claimed, until they are marked. */
  private readonly families = new WeakMap<readonly MessageKey[], Family[]>();

  /** `windowSeconds` 0 turns the filter off; with other `shards` nothing is known of what was before. */
  constructor(
    redis: Redis,
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
   * another batch that holds one of them is in work, and `handed-on` when the batch was marked before.
   * Given the same list, {@link mark} need not group it anew.
   */
  async claim(batchId: string, keys: readonly MessageKey[]): Promise<boolean[] | 'contested' | 'handed-on'> {
    const families = this.familiesOf(batchId, keys);
    const members = families.map(membersOf);
    const answers = await Promise.all(
      families.map((family, index) => {
        const claimed = members[index] ?? [];
        const rest = [...claimed, ...argumentsOf(family)];
        return this.scripts.seenClaim(family.tag, batchId, claimMs, claimed.length, ...rest);
      }),
    );
    // A process that died while it marked may have come as far as one family only.
    if (answers.includes('handed-on')) return 'handed-on';
    if (answers.includes('contested')) {
      // What was claimed is let go, so that two batches never wait for each other.
      const held = families.filter((_, index) => answers[index] !== 'contested');
      await Promise.all(held.map(({ tag }) => this.scripts.seenRelease(tag, batchId)));
      return 'contested';
    }
    const repeated = new Array<boolean>(keys.length).fill(false);
    families.forEach((family, index) => {
      const [seen, own = []] = [answers[index], members[index]];
      // Nearly always all are new: equal messages have equal members.
      const isDistinct = new Set(own).size === own.length;
      if (Array.isArray(seen) && (seen.length > 0 || !isDistinct)) tell(family, seen, repeated);
    });
    return repeated;
  }

  /**
   * Remembers that a batch is durable in the next queue, so that its retry is not taken for duplicates, and
   * marks its messages as seen, which ends their claims. Doing it again changes nothing.
   */
  async mark(batchId: string, keys: readonly MessageKey[]): Promise<void> {
    const ttl = this.windowSeconds + graceSeconds;
    const { int, hash } = bucketLimit;
    await Promise.all(
      this.familiesOf(batchId, keys).map((family) =>
        this.scripts.seenMark(family.tag, batchId, handedOnSeconds, ttl, int, hash, ...argumentsOf(family)),
      ),
    );
  }

  /** At least one, because a batch without any message to look for is remembered, too. */
  private familiesOf(batchId: string, keys: readonly MessageKey[]): Family[] {
    const known = this.families.get(keys);
    if (known) return known;
    const found = this.windowSeconds === 0 ? [] : familiesOf(keys, this.shards);
    const families = found.length > 0 ? found : [{ tag: tagOf(batchId, this.shards), slices: [] }];
    this.families.set(keys, families);
    return families;
  }
}

/** Puts a family's answer where its messages stood; a message that stands earlier in the list is repeated. */
function tell({ slices }: Family, seen: readonly number[], repeated: boolean[]): void {
  const positions = new Set(seen);
  let at = 0;
  for (const { entries } of slices) {
    const first = new Set<string>();
    for (const { id, position } of entries) {
      repeated[position] = positions.has(at) || first.has(id);
      first.add(id);
      at += 1;
    }
  }
}
