/** The scripts below, once ioredis knows them. */
export type Scripts = {
  seenClaim(
    base: string,
    claims: string,
    kind: string,
    batchId: string,
    holdMs: number,
    ...ids: string[]
  ): Promise<number[] | null>;
  seenMark(
    base: string,
    hint: string,
    claims: string,
    kind: string,
    ttl: number,
    limit: number,
    ...ids: string[]
  ): Promise<number>;
};

/**
 * A slice's buckets come in generations: when one fills, the next generation has four times as many
 * and new ids go there. A new slice starts with as many as the connection last needed.
 */
const bucketOf = `
local function bucket(base, generation, buckets, id, kind)
  local number = kind == 'int' and tonumber(string.sub(id, -9)) or tonumber(string.sub(id, 1, 8), 16)
  return base .. ':' .. generation .. ':' .. (number % tonumber(buckets))
end
`;

/** Calls a command on many fields, in portions that Lua's stack can hold. */
const inPortions = `
local function inPortions(fields, visit)
  for first = 1, #fields, 1000 do visit(first, math.min(first + 999, #fields)) end
end
`;

/**
 * KEYS: slice, claims. ARGV: kind, batch, how long a claim holds in ms, ids. Claims all ids that were
 * not seen for the batch, or, when another batch holds a claim on any of them, nothing.
 */
export const claimScript = `${bucketOf}${inPortions}
local base, claims = KEYS[1], KEYS[2]
local kind, batch, holdMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local contested = false
inPortions(ARGV, function(first, last)
  if last < 4 then return end
  local holders = redis.call('HMGET', claims, unpack(ARGV, math.max(first, 4), last))
  for _, holder in ipairs(holders) do
    if holder then
      local untilMs, by = string.match(holder, '^(%d+):(.*)$')
      if by ~= batch and tonumber(untilMs) > nowMs then contested = true end
    end
  end
end)
if contested then return false end
local generations = redis.call('LRANGE', base, 0, -1)
local has = kind == 'int' and 'SISMEMBER' or 'HEXISTS'
local seen, wanted = {}, {}
local claim = string.format('%d:%s', nowMs + holdMs, batch)
for i = 4, #ARGV do
  seen[i - 3] = 0
  for generation = #generations, 1, -1 do
    if redis.call(has, bucket(base, generation, generations[generation], ARGV[i], kind), ARGV[i]) == 1 then
      seen[i - 3] = 1
      break
    end
  end
  if seen[i - 3] == 0 then
    wanted[#wanted + 1] = ARGV[i]
    wanted[#wanted + 1] = claim
  end
end
if #wanted > 0 then
  inPortions(wanted, function(first, last) redis.call('HSET', claims, unpack(wanted, first, last)) end)
  redis.call('PEXPIRE', claims, 2 * holdMs)
end
return seen`;

/** KEYS: slice, hint, claims. ARGV: kind, seconds, limit of a bucket, ids. Marks ids, and ends their claims. */
export const markScript = `${bucketOf}${inPortions}
local base, hint, claims = KEYS[1], KEYS[2], KEYS[3]
local kind, ttl, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local generations = redis.call('LRANGE', base, 0, -1)
if #generations == 0 then
  generations[1] = redis.call('GET', hint) or '1'
  redis.call('RPUSH', base, generations[1])
end
redis.call('EXPIRE', base, ttl)
local buckets, full = generations[#generations], false
for i = 4, #ARGV do
  local key = bucket(base, #generations, buckets, ARGV[i], kind)
  local size
  if kind == 'int' then
    redis.call('SADD', key, ARGV[i])
    size = redis.call('SCARD', key)
  else
    redis.call('HSETNX', key, ARGV[i], '')
    size = redis.call('HLEN', key)
  end
  if size == 1 then redis.call('EXPIRE', key, ttl) end
  if size >= limit then full = true end
end
if full then
  local more = tostring(tonumber(buckets) * 4)
  redis.call('RPUSH', base, more)
  redis.call('SET', hint, more, 'EX', ttl)
end
inPortions(ARGV, function(first, last) redis.call('HDEL', claims, unpack(ARGV, first, last)) end)
return 0`;
