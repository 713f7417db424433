--- Leases due actors of one partition, the most overdue first. What expired of its presence becomes messages before.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] holder, [5] and [6] overdue by at least so many ms in lanes 1 and 2 ('' leaves the lane alone), [7] the most actors,
--- [8] lease in ms, [9] the most messages per actor
--- Returns stats, now, lease end, next due of lane 1 and of lane 2 (or false), 1 when the outbox waits to be relayed else 0, then per
--- actor {actor, fence, version, state, meta, wake or '', first seq, inbox length, messages}.
--- @include presence
--- @include outbox

local holder, limit, lease_end, most = argv[4], tonumber(argv[7]), now + tonumber(argv[8]), tonumber(argv[9])
local lease_text = text(lease_end)
expire_presence('pexp', 500)
expire_presence('pexq', 100)

local function overdue(lane, by)
  if by == '' then
    return {}
  end
  return call('ZRANGEBYSCORE', LANES[lane], '-inf', text(now - tonumber(by)), 'WITHSCORES', 'LIMIT', 0, limit + 1)
end

local m, t = overdue(1, argv[5]), overdue(2, argv[6])
local picked, relay = {}, 0
local i, j = 1, 1
while #picked < limit and (m[i] or t[j]) do
  if m[i] and (not t[j] or tonumber(m[i + 1]) <= tonumber(t[j + 1])) then
    if m[i] == OUTBOX_MEMBER then
      relay = 1
      call('ZADD', LANES[1], text(now + OUTBOX_PATIENCE), OUTBOX_MEMBER)
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
local first_fence = #picked > 0 and take_numbers(#picked)
local last_message = most - 1
for k = 1, #picked do
  local actor = picked[k]
  local key = base .. 'a:' .. actor
  local r = call('HMGET', key, 'p', 's', 'm')
  local _, version, n, c, _, wake, hold, lane, has_state, suspended, has_meta = struct.unpack(RECORD, r[1])
  local new_lane = (wake ~= NONE and n == c) and 2 or 1
  local fence = first_fence + k - 1
  call('HSET', key, 'o', holder, 'p',
    pack_record(fence, version, n, c, lease_end, wake, hold, new_lane, has_state, suspended, has_meta))
  put_due(actor, lane, new_lane, lease_end, lease_text)
  local messages = (n > c and most > 0) and call('LRANGE', base .. 'i:' .. actor, 0, last_message) or {}
  out[k + 6] = {
    actor, string.format('%.0f', fence), version, r[2], r[3], wake == NONE and '' or text(wake), c + 1, n - c, messages
  }
end

out[4] = call('ZRANGE', LANES[1], 0, 0, 'WITHSCORES')[2] or false
out[5] = call('ZRANGE', LANES[2], 0, 0, 'WITHSCORES')[2] or false
local expiry = next_expiry()
if expiry and (not out[4] or expiry < tonumber(out[4])) then
  out[4] = text(expiry)
end
send_wakes()
return out
