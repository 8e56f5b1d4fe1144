/**
 * One marker a batch makes both posts idempotent: `r` once its receipt was posted, `s` once it was
 * settled. Who settles a batch whose receipt never came posts that too. Batches are summed up first, and
 * all fields of a page are read and written at once: a call costs Redis more than what it does.
 * KEYS: last, marker of each batch. ARGV: `r` or `s`, marker's seconds, pages' seconds; of each batch its
 * receipt, outcome and last times, as postings have them.
 */
export const postScript = `
local last, kind, markerSeconds, pageSeconds = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local pages, lastMs = {}, {}

local function sumUp(posting)
  local list, at = cjson.decode(posting), 1
  while at <= #list do
    local page, count, width = list[at], list[at + 1], list[at + 2]
    local fields = pages[page] or {}
    pages[page] = fields
    at = at + 3
    for _ = 1, count do
      local figures = fields[list[at]]
      if figures then
        for figure = 1, width do figures[figure] = figures[figure] + list[at + figure] end
      else
        fields[list[at]] = { unpack(list, at + 1, at + width) }
      end
      at = at + width + 1
    end
  end
end

-- Reads all fields, gives each to 'merge' as it is kept, with what is new, and writes what that makes of it.
local function change(key, values, merge)
  local fields = {}
  for field in pairs(values) do fields[#fields + 1] = field end
  for first = 1, #fields, 1000 do
    local final = math.min(first + 999, #fields)
    local changed = {}
    for offset, known in ipairs(redis.call('HMGET', key, unpack(fields, first, final))) do
      local field = fields[first + offset - 1]
      changed[#changed + 1] = field
      changed[#changed + 1] = merge(known, values[field])
    end
    redis.call('HSET', key, unpack(changed))
  end
end

local function added(known, figures)
  local figure = 0
  for count in string.gmatch(known or '', '%d+') do
    figure = figure + 1
    figures[figure] = figures[figure] + count
  end
  for position = 1, #figures do figures[position] = string.format('%d', figures[position]) end
  return table.concat(figures, ' ')
end

local function later(known, ms) return string.format('%d', math.max(tonumber(known or 0), ms)) end

local posted = {}
for batch = 2, #KEYS do
  local key, at = KEYS[batch], 3 * batch - 2
  local marker = posted[key] or redis.call('GET', key)
  if marker ~= 's' and marker ~= kind then
    posted[key] = kind
    if not marker then sumUp(ARGV[at]) end
    if kind == 's' then sumUp(ARGV[at + 1]) end
  end
  -- A settlement does not tell when events came, and may be here first.
  local times = cjson.decode(ARGV[at + 2])
  for index = 1, #times, 2 do lastMs[times[index]] = math.max(lastMs[times[index]] or 0, times[index + 1]) end
end
for page, fields in pairs(pages) do
  change(page, fields, added)
  if redis.call('TTL', page) < 0 then redis.call('EXPIRE', page, pageSeconds) end
end
change(last, lastMs, later)
for marker in pairs(posted) do redis.call('SET', marker, kind, 'EX', markerSeconds) end
return nil`;
