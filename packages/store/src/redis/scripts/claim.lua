--- Leases due actors of one partition, the most overdue first. What expired of its presence becomes messages before.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] holder, [5] and [6] overdue by at least so many ms in lanes 1 and 2 ('' leaves the lane alone), [7] the most actors,
--- [8] lease in ms, [9] the most messages per actor
--- Returns stats, now, lease end, next due of lane 1 and of lane 2 (or false), 1 when the outbox waits to be relayed else 0, the fence of the
--- first actor (of each further one it is one higher), then per actor: actor, version, state, meta, wake or '', first seq, inbox length,
--- messages.
--- @include presence
--- @include outbox

local holder, limit, lease_end, most = argv[4], tonumber(argv[7]), now + tonumber(argv[8]), tonumber(argv[9])
local lease_text = text(lease_end)
expire_presence('pexp', 500)
expire_presence('pexq', 100)
save_actors()

local function overdue(lane, by, ...)
  if by == '' then
    return {}
  end
  return call('ZRANGEBYSCORE', LANES[lane], '-inf', text(now - tonumber(by)), 'LIMIT', 0, limit + 1, ...)
end

--- The actors of both lanes in the order of their due times, lane 1 first where they are equal.
local function merged()
  local m, t, both = overdue(1, argv[5], 'WITHSCORES'), overdue(2, argv[6], 'WITHSCORES'), {}
  local i, j = 1, 1
  while m[i] or t[j] do
    if m[i] and (not t[j] or tonumber(m[i + 1]) <= tonumber(t[j + 1])) then
      both[#both + 1] = m[i]
      i = i + 2
    else
      both[#both + 1] = t[j]
      j = j + 2
    end
  end
  return both
end

-- Scores cost more than names: they are read only where they decide something.
local found = overdue(1, argv[5])
if argv[6] ~= '' then
  if #found == 0 then
    found = overdue(2, argv[6])
  elseif call('ZCOUNT', LANES[2], '-inf', text(now - tonumber(argv[6]))) > 0 then
    found = merged()
  end
end
local picked, relay = {}, 0
for k = 1, #found do
  if found[k] == OUTBOX_MEMBER then
    relay = 1
    call('ZADD', LANES[1], text(now + OUTBOX_PATIENCE), OUTBOX_MEMBER)
  elseif #picked == limit then
    break
  else
    picked[#picked + 1] = found[k]
  end
end

local first_fence = #picked > 0 and take_numbers(#picked) or 0
local out = { stats, now, lease_end, false, false, relay, text(first_fence) }
local o = #out
prefetch(picked)
for from = 1, #picked, BULK do
  local keys, last = {}, math.min(from + BULK - 1, #picked)
  for k = from, last do
    keys[k - from + 1] = base .. 's:' .. picked[k]
  end
  local states = call('MGET', unpack(keys))
  for k = from, last do
    local actor = picked[k]
    local r = actors[actor]
    r[FENCE] = first_fence + k - 1
    r[LEASE] = lease_end
    set_holder(r, holder)
    schedule(r, (r[WAKE] ~= NONE and r[LAST] == r[CONSUMED]) and 2 or 1, lease_end, lease_text)
    change(actor, r)
    out[o + 1] = actor
    out[o + 2] = r[VERSION]
    out[o + 3] = states[k - from + 1]
    out[o + 4] = meta_of(r)
    out[o + 5] = r[WAKE] == NONE and '' or text(r[WAKE])
    out[o + 6] = r[CONSUMED] + 1
    out[o + 7] = r[LAST] - r[CONSUMED]
    out[o + 8] = first_messages(actor, r, most)
    o = o + 8
  end
end
finish()

out[4] = call('ZRANGE', LANES[1], 0, 0, 'WITHSCORES')[2] or false
out[5] = call('ZRANGE', LANES[2], 0, 0, 'WITHSCORES')[2] or false
local expiry = next_expiry()
if expiry and (not out[4] or expiry < tonumber(out[4])) then
  out[4] = text(expiry)
end
return out
