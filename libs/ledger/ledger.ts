import { TransientError, type BookRow, type Taken } from '#contracts';
import { GroupCommit } from '#group-commit';
import type { Redis } from '#redis';
import { balanceOf, takenOf, type BookBalance } from './balance.js';
import { hourPage, postingOf, takenPage, type ReceivedRow } from './posting.js';
import { postScript } from './script.js';

/** In flight at most: a batch that waits longer than this has left Redis by other ways. */
const receivedSeconds = 14 * 86_400;
/** How long a finished batch is known, so that a late retry of its job does not count it again. */
const settledSeconds = 86_400;
const pageSeconds = 35 * 86_400;

/** Posts that come while one is under way, or within the linger, go in one call. */
const together = { maxItems: 64, maxBytes: Infinity, maxInFlight: 1 } as const;
const receiptLingerMs = 200;

type Scripts = {
  bookPost(keys: number, ...keysAndArguments: (string | number)[]): Promise<null>;
};

type Post = { batchId: string; rows: readonly (ReceivedRow & Partial<BookRow>)[] };

const lastKey = '{books}:last';

/** The books: what was received, and what became of it, per connection and hour. Kept in Redis. */
export class Ledger {
  private readonly scripts: Scripts;
  private readonly receipts: GroupCommit<Post, undefined>;
  private readonly settlements: GroupCommit<Post, undefined>;

  constructor(
    private readonly redis: Redis,
    lingerMs = receiptLingerMs,
  ) {
    redis.defineCommand('bookPost', { lua: postScript });
    this.scripts = redis as unknown as Scripts;
    this.receipts = new GroupCommit((posts) => this.post('r', receivedSeconds, posts), {
      ...together,
      lingerMs,
    });
    // A job whose batch is not settled is done again when its process dies: nothing lingers here.
    this.settlements = new GroupCommit((posts) => this.post('s', settledSeconds, posts), {
      ...together,
      lingerMs: 0,
    });
  }

  /**
   * Posts a batch's receipt, once, a moment later, with those of others; after the batch was settled it
   * changes nothing. @throws TransientError
   */
  async received(batchId: string, rows: readonly ReceivedRow[]): Promise<void> {
    await this.receipts.add({ batchId, rows }, 1);
  }

  /** Posts what became of a batch, once, and its receipt if that never came. @throws TransientError */
  async settle(batchId: string, rows: readonly BookRow[]): Promise<void> {
    await this.settlements.add({ batchId, rows }, 1);
  }

  /** The books of some hours (see `hoursWithin`), a row for each connection that has any. @throws TransientError */
  async read(hours: readonly string[]): Promise<BookBalance[]> {
    const pages = await answered(Promise.all(hours.map((hour) => this.redis.hgetall(hourPage(hour)))));
    return pages.flatMap((fields, index) => balanceOf(hours[index] ?? '', fields));
  }

  /** What Firehose took on a UTC day, by tenant; days of more than five weeks ago are gone. @throws TransientError */
  async taken(day: string): Promise<Map<string, Taken>> {
    return takenOf(await answered(this.redis.hgetall(takenPage(day))));
  }

  /** When each connection's last event came, in epoch milliseconds, by connection id. @throws TransientError */
  async lastReceivedAtMs(): Promise<Map<string, number>> {
    const last = await answered(this.redis.hgetall(lastKey));
    return new Map(Object.entries(last).map(([id, ms]) => [id, Number(ms)]));
  }

  private async post(kind: 'r' | 's', ttl: number, posts: readonly Post[]): Promise<undefined[]> {
    const markers = posts.map(({ batchId }) => `{books}:batch:${batchId}`);
    const postings = posts.map(({ rows }) => postingOf(rows));
    const parts = postings.flatMap(({ received, outcome, last }) => [received, outcome, last]);
    await answered(
      this.scripts.bookPost(1 + markers.length, lastKey, ...markers, kind, ttl, pageSeconds, ...parts),
    );
    return new Array<undefined>(posts.length);
  }
}

async function answered<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    throw new TransientError('redis_unavailable', 'the books could not be read or written', { cause });
  }
}
