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
 * and new ids go there. A new slice starts with as many as the connection last needed. Ids are grouped
 * by bucket, because a call costs Redis more than what it does.
 */
const byBucket = `
local function byBucket(base, generation, buckets, kind, ids)
  local prefix, count, groups = base .. ':' .. generation .. ':', tonumber(buckets), {}
  for position, id in ipairs(ids) do
    local number = 0
    if count > 1 then
      number = (kind == 'int' and tonumber(string.sub(id, -9)) or tonumber(string.sub(id, 1, 8), 16)) % count
    end
    local group = groups[number]
    if not group then
      group = { key = prefix .. number, ids = {}, positions = {} }
      groups[number] = group
    end
    group.ids[#group.ids + 1] = id
    group.positions[#group.positions + 1] = position
  end
  return groups
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
export const claimScript = `${byBucket}${inPortions}
local base, claims = KEYS[1], KEYS[2]
local kind, batch, holdMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local contested = false
if redis.call('EXISTS', claims) == 1 then
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
end
if contested then return false end
local ids, seen = {}, {}
for i = 4, #ARGV do ids[i - 3], seen[i - 3] = ARGV[i], 0 end
local generations = redis.call('LRANGE', base, 0, -1)
local has = kind == 'int' and 'SMISMEMBER' or 'HMGET'
for generation = #generations, 1, -1 do
  for _, group in pairs(byBucket(base, generation, generations[generation], kind, ids)) do
    inPortions(group.ids, function(first, last)
      for offset, found in ipairs(redis.call(has, group.key, unpack(group.ids, first, last))) do
        if found ~= 0 and found then seen[group.positions[first + offset - 1]] = 1 end
      end
    end)
  end
end
local wanted, claim = {}, string.format('%d:%s', nowMs + holdMs, batch)
for position, id in ipairs(ids) do
  if seen[position] == 0 then
    wanted[#wanted + 1] = id
    wanted[#wanted + 1] = claim
  end
end
if #wanted > 0 then
  inPortions(wanted, function(first, last) redis.call('HSET', claims, unpack(wanted, first, last)) end)
  redis.call('PEXPIRE', claims, 2 * holdMs)
end
return seen`;

/** KEYS: slice, hint, claims. ARGV: kind, seconds, limit of a bucket, ids. Marks ids, and ends their claims. */
export const markScript = `${byBucket}${inPortions}
local base, hint, claims = KEYS[1], KEYS[2], KEYS[3]
local kind, ttl, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local ids = {}
for i = 4, #ARGV do ids[i - 3] = ARGV[i] end
local generations = redis.call('LRANGE', base, 0, -1)
if #generations == 0 then
  generations[1] = redis.call('GET', hint) or '1'
  redis.call('RPUSH', base, generations[1])
end
redis.call('EXPIRE', base, ttl)
local buckets, full = generations[#generations], false
local add, count = 'SADD', 'SCARD'
if kind ~= 'int' then add, count = 'HSET', 'HLEN' end
for _, group in pairs(byBucket(base, #generations, buckets, kind, ids)) do
  local fields, added = group.ids, 0
  if kind ~= 'int' then
    fields = {}
    for _, id in ipairs(group.ids) do
      fields[#fields + 1] = id
      fields[#fields + 1] = ''
    end
  end
  inPortions(fields, function(first, last)
    added = added + redis.call(add, group.key, unpack(fields, first, last))
  end)
  local size = redis.call(count, group.key)
  if size == added then redis.call('EXPIRE', group.key, ttl) end
  if size >= limit then full = true end
end
if full then
  local more = tostring(tonumber(buckets) * 4)
  redis.call('RPUSH', base, more)
  redis.call('SET', hint, more, 'EX', ttl)
end
inPortions(ids, function(first, last) redis.call('HDEL', claims, unpack(ids, first, last)) end)
return 0`;
