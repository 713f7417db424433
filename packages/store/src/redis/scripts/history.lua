--- Reads a channel's log; a channel without a position gets one, which lives on while it is asked for.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] channel, [5] the most publications (-1 all), [6] since offset or '', [7] '1' from the newest backwards else '0',
--- [8] for how long a position made by asking lives, in ms
--- Returns {top offset, epoch, publications}.
--- @include channel

local channel, limit = argv[4], tonumber(argv[5])
local key = base .. 'c:' .. channel
local epoch, new, top, _, size, _, kept = open_channel(channel, key)
if top == 0 then
  -- Renewed when a fifth is used up, not with every reading.
  local ttl = tonumber(argv[8])
  if new or kept < now + ttl then
    local ends = now + math.ceil(ttl * 1.25)
    save_channel(key, 0, 0, ends, 0, 0, ends, epoch)
    keep(key, ends - now)
  end
end
if limit == 0 or top == 0 then
  return { top, epoch, {} }
end
local list = base .. 'h:' .. channel
local oldest = top - call('LLEN', list) + 1
local from, to = math.max(oldest, top - size + 1), top
local since = tonumber(argv[6])
if argv[7] == '1' then
  if since and since - 1 < to then
    to = since - 1
  end
  if limit > 0 and to - limit + 1 > from then
    from = to - limit + 1
  end
else
  if since and since + 1 > from then
    from = since + 1
  end
  if limit > 0 and from + limit - 1 < to then
    to = from + limit - 1
  end
end
if from > to then
  return { top, epoch, {} }
end
return { top, epoch, call('LRANGE', list, from - oldest, to - oldest) }
