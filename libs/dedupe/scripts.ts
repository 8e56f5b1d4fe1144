/** The scripts below, once ioredis knows them. */
export type Scripts = {
  seenClaim(tag: string, batchId: string, holdMs: number, ...slices: string[]): Promise<number[] | null>;
  seenMark(
    tag: string,
    holdMs: number,
    ttl: number,
    intLimit: number,
    hashLimit: number,
    ...slices: string[]
  ): Promise<number>;
  seenRelease(tag: string, holdMs: number, ...slices: string[]): Promise<number>;
};

/**
 * All of a batch's slices go in one call, and what they have in common is read at once: a call costs
 * Redis far more than what it does.
 */
const common = `
local tag = KEYS[1]

-- Calls a command on many fields, in portions that Lua's stack can hold.
local function inPortions(fields, visit)
  for first = 1, #fields, 1000 do visit(first, math.min(first + 999, #fields)) end
end

local function slicesFrom(at)
  local slices = {}
  while at <= #ARGV do
    local count, ids = tonumber(ARGV[at + 3]), {}
    for position = 1, count do ids[position] = ARGV[at + 3 + position] end
    slices[#slices + 1] = {
      connection = ARGV[at], hour = ARGV[at + 1], kind = ARGV[at + 2], ids = ids,
      name = ARGV[at] .. ':' .. ARGV[at + 1] .. ':' .. ARGV[at + 2],
    }
    at = at + 4 + count
  end
  return slices
end

-- Claims of two spans of time: those of an earlier one have run out.
local function claimKeys(holdMs)
  local time = redis.call('TIME')
  local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
  local span = math.floor(nowMs / holdMs)
  local function key(of) return string.format('%s:claims:%.0f', tag, of) end
  return nowMs, key(span), key(span - 1)
end

local function claimFields(slices)
  local fields = {}
  for _, slice in ipairs(slices) do
    for _, id in ipairs(slice.ids) do fields[#fields + 1] = slice.connection .. ':' .. id end
  end
  return fields
end

local function endClaims(holdMs, slices)
  local fields = claimFields(slices)
  local _, current, previous = claimKeys(holdMs)
  for _, key in ipairs({ current, previous }) do
    inPortions(fields, function(first, last) redis.call('HDEL', key, unpack(fields, first, last)) end)
  end
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
    local names = {}
    for position, slice in ipairs(those) do names[position] = slice.name end
    inPortions(names, function(first, last)
      for offset, known in ipairs(redis.call('HMGET', generationsKey(hour), unpack(names, first, last))) do
        local generations = {}
        for buckets in string.gmatch(known or '', '%d+') do generations[#generations + 1] = tonumber(buckets) end
        those[first + offset - 1].generations = generations
      end
    end)
  end
  return hours
end

-- Publishers' ids come in rows, so neighbours share a bucket.
local function byBucket(slice, generation)
  local prefix = tag .. ':' .. slice.name .. ':' .. generation .. ':'
  local count, groups = slice.generations[generation], {}
  for position, id in ipairs(slice.ids) do
    local number = 0
    if count > 1 then
      local spread = slice.kind == 'int' and math.floor(tonumber(string.sub(id, -9)) / 64) or tonumber(string.sub(id, 1, 8), 16)
      number = spread % count
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

/**
 * KEYS: tag. ARGV: batch, how long a claim holds in ms, slices. Claims all ids that were not seen for the
 * batch, or, when another batch holds a claim on any of them, nothing. Gives 1 for each id that was seen.
 */
export const claimScript = `${common}
local batch, holdMs = ARGV[1], tonumber(ARGV[2])
local slices = slicesFrom(3)
local fields = claimFields(slices)
local nowMs, current, previous = claimKeys(holdMs)
local contested = false
for _, key in ipairs({ current, previous }) do
  if redis.call('EXISTS', key) == 1 then
    inPortions(fields, function(first, last)
      for _, holder in ipairs(redis.call('HMGET', key, unpack(fields, first, last))) do
        if holder then
          local untilMs, by = string.match(holder, '^(%d+):(.*)$')
          if by ~= batch and tonumber(untilMs) > nowMs then contested = true end
        end
      end
    end)
  end
end
if contested then return false end

readGenerations(slices)
local seen, wanted, at = {}, {}, 0
local claim = string.format('%.0f:%s', nowMs + holdMs, batch)
for _, slice in ipairs(slices) do
  for position = 1, #slice.ids do seen[at + position] = 0 end
  local has = slice.kind == 'int' and 'SMISMEMBER' or 'HMGET'
  for generation = #slice.generations, 1, -1 do
    for _, group in pairs(byBucket(slice, generation)) do
      inPortions(group.ids, function(first, last)
        for offset, found in ipairs(redis.call(has, group.key, unpack(group.ids, first, last))) do
          if found ~= 0 and found then seen[at + group.positions[first + offset - 1]] = 1 end
        end
      end)
    end
  end
  for position = 1, #slice.ids do
    if seen[at + position] == 0 then
      wanted[#wanted + 1] = fields[at + position]
      wanted[#wanted + 1] = claim
    end
  end
  at = at + #slice.ids
end
if #wanted > 0 then
  inPortions(wanted, function(first, last) redis.call('HSET', current, unpack(wanted, first, last)) end)
  redis.call('PEXPIRE', current, 3 * holdMs)
end
return seen`;

/** KEYS: tag. ARGV: claims' ms, seconds, limit of a bucket of each kind, slices. Marks ids, and ends their claims. */
export const markScript = `${common}
local holdMs, ttl = tonumber(ARGV[1]), ARGV[2]
local limits = { int = tonumber(ARGV[3]), hash = tonumber(ARGV[4]) }
local slices = slicesFrom(5)
local hints = tag .. ':buckets'
for hour, those in pairs(readGenerations(slices)) do
  local changed = {}
  for _, slice in ipairs(those) do
    local hint = slice.connection .. ':' .. slice.kind
    if #slice.generations == 0 then
      -- A new slice starts with as many buckets as its connection last needed.
      slice.generations[1] = tonumber(redis.call('HGET', hints, hint) or 1)
      changed[#changed + 1] = slice
    end
    local add, count = 'SADD', 'SCARD'
    if slice.kind ~= 'int' then add, count = 'HSET', 'HLEN' end
    local full = false
    for _, group in pairs(byBucket(slice, #slice.generations)) do
      local members, added = group.ids, 0
      if slice.kind ~= 'int' then
        members = {}
        for _, id in ipairs(group.ids) do
          members[#members + 1] = id
          members[#members + 1] = ''
        end
      end
      inPortions(members, function(first, last)
        added = added + redis.call(add, group.key, unpack(members, first, last))
      end)
      local size = redis.call(count, group.key)
      if size == added then redis.call('EXPIRE', group.key, ttl) end
      if size >= limits[slice.kind] then full = true end
    end
    if full then
      local more = slice.generations[#slice.generations] * 4
      table.insert(slice.generations, more)
      redis.call('HSET', hints, hint, more)
      redis.call('EXPIRE', hints, ttl)
      changed[#changed + 1] = slice
    end
  end
  if #changed > 0 then
    local key = generationsKey(hour)
    for _, slice in ipairs(changed) do
      redis.call('HSET', key, slice.name, table.concat(slice.generations, ' '))
    end
    redis.call('EXPIRE', key, ttl)
  end
end
endClaims(holdMs, slices)
return 0`;

/** KEYS: tag. ARGV: claims' ms, slices. Ends the claims of all ids. */
export const releaseScript = `${common}
endClaims(tonumber(ARGV[1]), slicesFrom(2))
return 0`;
