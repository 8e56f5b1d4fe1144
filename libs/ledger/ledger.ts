import { TransientError, type BookRow, type Taken } from '#contracts';
import type { Redis } from '#redis';
import { balanceOf, takenOf, type BookBalance } from './balance.js';
import { hourPage, postingOf, takenPage, type ReceivedRow } from './posting.js';
import { postScript } from './script.js';

/** In flight at most: a batch that waits longer than this has left Redis by other ways. */
const receivedSeconds = 14 * 86_400;
/** How long a finished batch is known, so that a late retry of its job does not count it again. */
const settledSeconds = 86_400;
const pageSeconds = 35 * 86_400;

type Scripts = {
  bookPost(
    marker: string,
    last: string,
    kind: 'r' | 's',
    markerTtl: number,
    pageTtl: number,
    posting: string,
  ): Promise<number>;
};

const lastKey = '{books}:last';

/** The books: what was received, and what became of it, per connection and hour. Kept in Redis. */
export class Ledger {
  private readonly scripts: Scripts;

  constructor(private readonly redis: Redis) {
    redis.defineCommand('bookPost', { numberOfKeys: 2, lua: postScript });
    this.scripts = redis as unknown as Scripts;
  }

  /** Posts a batch's receipt, once; after the batch was settled it changes nothing. @throws TransientError */
  async received(batchId: string, rows: readonly ReceivedRow[]): Promise<void> {
    await this.post('r', batchId, receivedSeconds, rows);
  }

  /** Posts what became of a batch, once, and its receipt if that never came. @throws TransientError */
  async settle(batchId: string, rows: readonly BookRow[]): Promise<void> {
    await this.post('s', batchId, settledSeconds, rows);
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

  private async post(
    kind: 'r' | 's',
    batchId: string,
    ttl: number,
    rows: readonly ReceivedRow[],
  ): Promise<void> {
    const marker = `{books}:batch:${batchId}`;
    const posting = JSON.stringify(postingOf(rows));
    await answered(this.scripts.bookPost(marker, lastKey, kind, ttl, pageSeconds, posting));
  }
}

async function answered<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    throw new TransientError('redis_unavailable', 'the books could not be read or written', { cause });
  }
}
