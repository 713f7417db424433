--- Leases due actors of one partition, the most overdue first. What expired of its presence becomes messages before.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] holder, [5] and [6] overdue by at least so many ms in lanes 'm' and 't' ('' leaves the lane alone), [7] the most actors,
--- [8] lease in ms, [9] the most messages per actor
--- Returns stats, now, lease end, next due of 'm' and of 't' (or false), 1 when the outbox waits to be relayed else 0, then per actor
--- {actor, fence, version, state, meta, wake, first seq, inbox length, messages}.
--- @include presence
--- @include outbox

local holder, limit, lease_end, most = argv[4], tonumber(argv[7]), now + tonumber(argv[8]), tonumber(argv[9])
expire_presence('pexp', 500)
expire_presence('pexq', 100)

local function overdue(lane, by)
  if by == '' then
    return {}
  end
  return call('ZRANGEBYSCORE', base .. 'due:' .. lane, '-inf', now - tonumber(by), 'WITHSCORES', 'LIMIT', 0, limit + 1)
end

local m, t = overdue('m', argv[5]), overdue('t', argv[6])
local picked, relay = {}, 0
local i, j = 1, 1
while #picked < limit and (m[i] or t[j]) do
  if m[i] and (not t[j] or tonumber(m[i + 1]) <= tonumber(t[j + 1])) then
    if m[i] == OUTBOX_MEMBER then
      relay = 1
      call('ZADD', base .. 'due:m', now + OUTBOX_PATIENCE, OUTBOX_MEMBER)
    else
      picked[#picked + 1] = m[i]
    end
    i = i + 2
  else
    picked[#picked + 1] = t[j]
    j = j + 2
  end
end

local out = { stats, now, lease_end, false, false, relay }
local fence = #picked > 0 and take_numbers(#picked)
for k = 1, #picked do
  local actor = picked[k]
  local key = base .. 'a:' .. actor
  local r = call('HMGET', key, 'v', 's', 'm', 'w', 'n', 'c', 'l')
  local first = (tonumber(r[6]) or 0) + 1
  local waiting = (tonumber(r[5]) or 0) + 1 - first
  local lane = (tonumber(r[4]) and waiting == 0) and 't' or 'm'
  local mine = string.format('%.0f', fence + k - 1)
  call('HSET', key, 'f', mine, 'u', lease_end, 'o', holder, 'l', lane)
  put_due(actor, r[7], lane, lease_end)
  local messages = {}
  if waiting > 0 and most > 0 then
    messages = call('LRANGE', base .. 'i:' .. actor, 0, most - 1)
  end
  out[#out + 1] = { actor, mine, r[1] or '0', r[2], r[3], r[4], first, waiting, messages }
end

out[4] = call('ZRANGE', base .. 'due:m', 0, 0, 'WITHSCORES')[2] or false
out[5] = call('ZRANGE', base .. 'due:t', 0, 0, 'WITHSCORES')[2] or false
local expiry = next_expiry()
if expiry and (not out[4] or expiry < tonumber(out[4])) then
  out[4] = text(expiry)
end
send_wakes()
return out
