/**
 * One marker a batch makes both posts idempotent: `r` once its receipt was posted, `s` once it was
 * settled. Who settles a batch whose receipt never came posts that too. All fields of a page are read
 * and written at once: a call costs Redis more than what it does, and each write goes to its file.
 * KEYS: marker, last. ARGV: `r` or `s`, marker's seconds, pages' seconds, posting in JSON.
 */
export const postScript = `
local kind, pageSeconds, posting = ARGV[1], ARGV[3], cjson.decode(ARGV[4])
local marker = redis.call('GET', KEYS[1])
if marker == 's' or marker == kind then return 0 end

local function change(key, values, merge)
  local fields = {}
  for field in pairs(values) do fields[#fields + 1] = field end
  for first = 1, #fields, 1000 do
    local last = math.min(first + 999, #fields)
    local changed = {}
    for offset, known in ipairs(redis.call('HMGET', key, unpack(fields, first, last))) do
      local field = fields[first + offset - 1]
      changed[#changed + 1] = field
      changed[#changed + 1] = string.format('%.0f', merge(tonumber(known or 0), values[field]))
    end
    redis.call('HSET', key, unpack(changed))
  end
end

local function sum(known, more) return known + more end
local function addTo(pages)
  for page, counts in pairs(pages) do
    change(page, counts, sum)
    if redis.call('TTL', page) < 0 then redis.call('EXPIRE', page, pageSeconds) end
  end
end

if not marker then addTo(posting.received) end
if kind == 's' then addTo(posting.outcome) end
change(KEYS[2], posting.last, math.max)
redis.call('SET', KEYS[1], kind, 'EX', ARGV[2])
return 1`;
