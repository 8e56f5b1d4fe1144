type Arguments = (string | number)[];

/** The scripts below, once ioredis knows them. */
export type Scripts = {
  seenClaim(
    tag: string,
    batchId: string,
    holdMs: number,
    members: number,
    ...membersSlicesAndIds: Arguments
  ): Promise<number[] | 'contested' | 'handed-on'>;
  seenMark(
    tag: string,
    batchId: string,
    handedOnSeconds: number,
    ttl: number,
    intLimit: number,
    hashLimit: number,
    ...slicesAndIds: Arguments
  ): Promise<null>;
  seenRelease(tag: string, batchId: string): Promise<null>;
};

/**
 * All of a batch's slices go in one call, because a call costs Redis far more than what it does. Ids are
 * handed from ARGV to commands as they lie there: what Lua does for each of them costs more than the command.
 */
const common = `
local tag = KEYS[1]
local batch = ARGV[1]
local claims, claim, handedOn = tag .. ':claims', tag .. ':claim:' .. batch, tag .. ':handed-on:' .. batch

-- Visits a span of arguments in portions that Lua's stack can hold.
local function inPortions(first, last, visit)
  for from = first, last, 2000 do visit(from, math.min(from + 1999, last)) end
end

-- Claims are written neither to the append-only file, because a sync costs more than they do, nor to
-- replicas: they end with Redis's process.
local function endClaim()
  redis.set_repl(redis.REPL_NONE)
  redis.call('DEL', claim)
  redis.call('ZREM', claims, batch)
end

-- Slices as the argument here has them, whose ids are the arguments behind it.
local function slicesAt(at)
  local slices = {}
  local first = at + 1
  for position, slice in ipairs(cjson.decode(ARGV[at])) do
    local connection, hour, kind, spreads, lengths = unpack(slice)
    slices[position] = {
      field = connection .. ':' .. kind, hour = hour, isInt = kind == 'int', spreads = spreads, lengths = lengths,
      name = table.concat({ tag, connection, hour, kind }, ':'), first = first,
    }
    for _, length in ipairs(lengths) do first = first + length end
  end
  return slices
end

-- A slice's buckets come in generations: when one fills, the next generation has four times as many,
-- and new ids go there. How many buckets each has is kept for all slices of an hour together.
local function generationsKey(hour) return tag .. ':generations:' .. hour end
local function readGenerations(slices)
  local hours = {}
  for _, slice in ipairs(slices) do
    hours[slice.hour] = hours[slice.hour] or {}
    table.insert(hours[slice.hour], slice)
  end
  for hour, those in pairs(hours) do
    local fields = {}
    for position, slice in ipairs(those) do fields[position] = slice.field end
    inPortions(1, #fields, function(first, last)
      for offset, known in ipairs(redis.call('HMGET', generationsKey(hour), unpack(fields, first, last))) do
        local generations = {}
        for buckets in string.gmatch(known or '', '%d+') do generations[#generations + 1] = tonumber(buckets) end
        those[first + offset - 1].generations = generations
      end
    end)
  end
  return hours
end

-- Visits the key of each bucket that holds ids of a slice, and where in ARGV they are.
local function inBuckets(slice, generation, visit)
  local buckets = slice.generations[generation]
  local prefix = slice.name .. ':' .. generation .. ':'
  local bucket, first, last = slice.spreads[1] % buckets, slice.first, slice.first - 1
  for run, spread in ipairs(slice.spreads) do
    if spread % buckets ~= bucket then
      visit(prefix .. bucket, first, last)
      bucket, first = spread % buckets, last + 1
    end
    last = last + slice.lengths[run]
  end
  visit(prefix .. bucket, first, last)
end
`;

/**
 * KEYS: tag. ARGV: batch, how long a claim holds in ms, how many members, the members, slices, ids. Claims all
 * ids that were not seen for the batch, unless it was handed on or another batch in work has a claim on
 * one. Gives the position of each id that was seen. Members stand in the same order as ids.
 */
export const claimScript = `${common}
if redis.call('EXISTS', handedOn) == 1 then return 'handed-on' end
local holdMs, members, start = tonumber(ARGV[2]), tonumber(ARGV[3]), 3
if members == 0 then return {} end
redis.set_repl(redis.REPL_NONE)
local slices = slicesAt(start + members + 1)

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', claims, '-inf', string.format('%.0f', nowMs))
local others = redis.call('ZRANGE', claims, 0, -1)
inPortions(start + 1, start + members, function(first, last)
  redis.call('SADD', claim, unpack(ARGV, first, last))
end)
for _, other in ipairs(others) do
  if other ~= batch and #redis.call('SINTER', claim, tag .. ':claim:' .. other) > 0 then
    endClaim()
    return 'contested'
  end
end
redis.call('PEXPIRE', claim, holdMs)

readGenerations(slices)
local seen = {}
for _, slice in ipairs(slices) do
  local has = slice.isInt and 'SMISMEMBER' or 'HMGET'
  local found = {}
  for generation = #slice.generations, 1, -1 do
    inBuckets(slice, generation, function(key, firstOfBucket, lastOfBucket)
      inPortions(firstOfBucket, lastOfBucket, function(first, last)
        local answers = redis.call(has, key, unpack(ARGV, first, last))
        for offset = 1, #answers do
          if answers[offset] and answers[offset] ~= 0 then found[first + offset - 1] = true end
        end
      end)
    end)
  end
  for at in pairs(found) do seen[#seen + 1] = at - start - members - 2 end
end
for _, position in ipairs(seen) do redis.call('SREM', claim, ARGV[start + 1 + position]) end
-- Others look for it from here on: when anything above failed, the batch goes on without a claim.
redis.call('ZADD', claims, string.format('%.0f', nowMs + holdMs), batch)
redis.call('PEXPIRE', claims, holdMs)
return seen`;

/**
 * KEYS: tag. ARGV: batch, seconds to remember it for, seconds to remember ids for, limit of a bucket of each
 * kind, slices, ids. Remembers that the batch was handed on, and only then marks ids, and ends the claim.
 */
export const markScript = `${common}
redis.call('SET', handedOn, '', 'EX', ARGV[2])
local ttl, intLimit, hashLimit = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local hints, mostBuckets = tag .. ':buckets', 4 ^ 10

-- How full the buckets that the slice's ids go to are, or nothing when one of them cannot take its ids.
local function sizesOf(slice, size, limit)
  local sizes, fit = {}, true
  inBuckets(slice, #slice.generations, function(key, first, last)
    sizes[key] = redis.call(size, key)
    if sizes[key] + last - first + 1 > limit then fit = false end
  end)
  return fit and sizes
end

local function fieldsOf(first, last)
  local fields = {}
  for at = first, last do
    fields[#fields + 1] = ARGV[at]
    fields[#fields + 1] = ''
  end
  return fields
end

local function add(slice, key, first, last)
  if slice.isInt then return redis.call('SADD', key, unpack(ARGV, first, last)) end
  return redis.call('HSET', key, unpack(fieldsOf(first, last)))
end

for hour, those in pairs(readGenerations(slicesAt(6))) do
  local changed = {}
  for _, slice in ipairs(those) do
    local generations, known = slice.generations, #slice.generations
    local size, limit = 'SCARD', intLimit
    if not slice.isInt then size, limit = 'HLEN', hashLimit end
    -- A new slice starts with as many buckets as its connection last needed.
    if known == 0 then generations[1] = tonumber(redis.call('HGET', hints, slice.field) or 1) end
    local sizes, buckets = sizesOf(slice, size, limit), generations[#generations]
    while not sizes do
      -- Ids that do not come apart however many buckets there are have to lie in one that is too full.
      if buckets >= mostBuckets then limit = math.huge else buckets = buckets * 4 end
      generations[known + 1] = buckets
      sizes = sizesOf(slice, size, limit)
    end
    if #generations > known then changed[#changed + 1] = slice end
    inBuckets(slice, #generations, function(key, firstOfBucket, lastOfBucket)
      inPortions(firstOfBucket, lastOfBucket, function(first, last) add(slice, key, first, last) end)
      if sizes[key] == 0 then redis.call('EXPIRE', key, ttl) end
    end)
  end
  if #changed > 0 then
    local key = generationsKey(hour)
    for _, slice in ipairs(changed) do
      redis.call('HSET', key, slice.field, table.concat(slice.generations, ' '))
      redis.call('HSET', hints, slice.field, slice.generations[#slice.generations])
    end
    redis.call('EXPIRE', key, ttl)
    redis.call('EXPIRE', hints, ttl)
  end
end
endClaim()
return nil`;

/** KEYS: tag. ARGV: batch. Ends its claim. */
export const releaseScript = `${common}
endClaim()
return nil`;
