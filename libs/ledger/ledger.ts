import { TransientError, type BookRow, type Taken } from '#contracts';
import type { Redis } from '#redis';
import { balanceOf, takenOf, type BookBalance } from './balance.js';

/** What a receiver took in, for one connection and hour. */
export type ReceivedRow = Pick<BookRow, 'tenantId' | 'connectionId' | 'hour' | 'received'> & {
  lastReceivedAtMs?: number;
};

/** In flight at most: a batch that waits longer than this has left Redis by other ways. */
const receivedSeconds = 14 * 86_400;
/** How long a finished batch is known, so that a late retry of its job does not count it again. */
const settledSeconds = 86_400;
const pageSeconds = 35 * 86_400;

const countTaken = `if row.taken then
    local page = ARGV[5] .. row.taken.day
    for _, what in ipairs({ 'lines', 'bytes', 'billedBytes' }) do
      redis.call('HINCRBY', page, row.tenantId .. '/' .. what, row.taken[what])
    end
    redis.call('EXPIRE', page, ARGV[3])
  end`;

/**
 * One marker a batch makes both posts idempotent: `r` once its receipt was posted, `s` once it was
 * settled. Who settles a batch whose receipt never came posts that too.
 * KEYS: marker, last. ARGV: hour-key prefix, marker's seconds, pages' seconds, JSON rows, taken-key prefix.
 */
const post = (kind: 'received' | 'settle') => `
local marker = redis.call('GET', KEYS[1])
if marker == 's' ${kind === 'received' ? "or marker == 'r'" : ''} then return 0 end
for _, row in ipairs(cjson.decode(ARGV[4])) do
  local key = ARGV[1] .. row.hour
  local field = row.tenantId .. '/' .. row.connectionId .. '/'
  local function count(what)
    if row[what] and row[what] > 0 then redis.call('HINCRBY', key, field .. what, row[what]) end
  end
  if not marker then count('received') end
  ${kind === 'settle' ? "count('delivered') count('duplicate') count('quarantined')" : ''}
  redis.call('EXPIRE', key, ARGV[3])
  ${kind === 'settle' ? countTaken : ''}
  local last = tonumber(row.lastReceivedAtMs)
  if last and last > tonumber(redis.call('HGET', KEYS[2], row.connectionId) or 0) then
    redis.call('HSET', KEYS[2], row.connectionId, string.format('%d', last))
  end
end
redis.call('SET', KEYS[1], '${kind === 'received' ? 'r' : 's'}', 'EX', ARGV[2])
return 1`;

type Scripts = Record<
  'bookReceived' | 'bookSettle',
  (
    marker: string,
    last: string,
    hours: string,
    markerTtl: number,
    pageTtl: number,
    rows: string,
    taken: string,
  ) => Promise<number>
>;

const hourPrefix = '{books}:hour:';
const takenPrefix = '{books}:taken:';
const lastKey = '{books}:last';

/** The books: what was received, and what became of it, per connection and hour. Kept in Redis. */
export class Ledger {
  private readonly scripts: Scripts;

  constructor(private readonly redis: Redis) {
    redis.defineCommand('bookReceived', { numberOfKeys: 2, lua: post('received') });
    redis.defineCommand('bookSettle', { numberOfKeys: 2, lua: post('settle') });
    this.scripts = redis as unknown as Scripts;
  }

  /** Posts a batch's receipt, once; after the batch was settled it changes nothing. @throws TransientError */
  async received(batchId: string, rows: readonly ReceivedRow[]): Promise<void> {
    await this.post('bookReceived', batchId, receivedSeconds, rows);
  }

  /** Posts what became of a batch, once, and its receipt if that never came. @throws TransientError */
  async settle(batchId: string, rows: readonly BookRow[]): Promise<void> {
    await this.post('bookSettle', batchId, settledSeconds, rows);
  }

  /** The books of some hours (see `hoursWithin`), a row for each connection that has any. @throws TransientError */
  async read(hours: readonly string[]): Promise<BookBalance[]> {
    const pages = await answered(Promise.all(hours.map((hour) => this.redis.hgetall(hourPrefix + hour))));
    return pages.flatMap((fields, index) => balanceOf(hours[index] ?? '', fields));
  }

  /** What Firehose took on a UTC day, by tenant; days of more than five weeks ago are gone. @throws TransientError */
  async taken(day: string): Promise<Map<string, Taken>> {
    return takenOf(await answered(this.redis.hgetall(takenPrefix + day)));
  }

  /** When each connection's last event came, in epoch milliseconds, by connection id. @throws TransientError */
  async lastReceivedAtMs(): Promise<Map<string, number>> {
    const last = await answered(this.redis.hgetall(lastKey));
    return new Map(Object.entries(last).map(([id, ms]) => [id, Number(ms)]));
  }

  private async post(
    script: keyof Scripts,
    batchId: string,
    ttl: number,
    rows: readonly object[],
  ): Promise<void> {
    const marker = `{books}:batch:${batchId}`;
    const json = JSON.stringify(rows);
    await answered(this.scripts[script](marker, lastKey, hourPrefix, ttl, pageSeconds, json, takenPrefix));
  }
}

async function answered<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    throw new TransientError('redis_unavailable', 'the books could not be read or written', { cause });
  }
}
