--- Reads a channel's log; a channel without a position gets one.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] channel, [5] the most publications (-1 all), [6] since offset or '', [7] '1' from the newest backwards else '0',
--- [8] meta ttl in ms
--- Returns {top offset, epoch, publications}.
--- @include channel

local channel, limit = argv[4], tonumber(argv[5])
local top, epoch, r = open_channel(channel)
if not r[2] then
  local key, ttl = base .. 'c:' .. channel, tonumber(argv[8])
  call('HSET', key, 'o', 0, 'e', epoch, 'x', now + ttl, 't', 0, 'b', keep(key, ttl))
  return { 0, epoch, {} }
end
if limit == 0 then
  return { top, epoch, {} }
end
local list = base .. 'h:' .. channel
local length = call('LLEN', list)
local oldest = top - length + 1
local from, to = math.max(oldest, top - (tonumber(r[5]) or 0) + 1), top
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
