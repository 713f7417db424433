--- @include partition
--- The log of a channel. Hash `c:<channel>`: o top offset · e epoch · t when the history ends · x when offset and epoch end · z history
--- size · v, k last version and its epoch · a, b when the server drops the list and the hash. List `h:<channel>`: the
--- publications up to the top, each `<offset> <time> <epoch> <origin>\n<body>`, which is also what subscribers get.

--- Keeps `key` for at least `ttl` ms; gives until when. Renewed only when a quarter is used up, not with every publication.
local function keep(key, ttl)
  local slack = math.max(ttl / 4, grace)
  call('PEXPIRE', key, math.ceil(ttl + slack))
  return now + ttl + slack
end

--- The channel's position, made if there is none: offset, epoch and the fields read.
local function open_channel(channel)
  local key = base .. 'c:' .. channel
  local r = call('HMGET', key, 'o', 'e', 'x', 't', 'z', 'a', 'b', 'v', 'k')
  local ends = tonumber(r[3])
  if not ends or ends <= now then
    if ends then
      call('DEL', key, base .. 'h:' .. channel)
    end
    return 0, string.format('%x', take_numbers(1)), {}
  end
  if r[4] and tonumber(r[4]) <= now and r[4] ~= '0' then
    call('DEL', base .. 'h:' .. channel)
    call('HSET', key, 't', 0)
  end
  return tonumber(r[1]), r[2], r
end

--- Publishes. Gives offset, epoch and whether it was published; `version` is a number or nil.
local function publish(channel, body, origin, size, ttl, meta_ttl, version, version_epoch)
  if size == 0 then
    call('SPUBLISH', base .. 'ch:' .. channel, '0 ' .. text(now) .. '  ' .. origin .. '\n' .. body)
    return 0, '', true
  end
  local key, list = base .. 'c:' .. channel, base .. 'h:' .. channel
  local offset, epoch, r = open_channel(channel)
  if version then
    if r[8] and r[9] == version_epoch and version <= tonumber(r[8]) then
      count(8)
      return offset, epoch, false
    end
    call('HSET', key, 'v', text(version), 'k', version_epoch)
  end
  meta_ttl = math.max(ttl, meta_ttl)
  offset = offset + 1
  if r[5] and tonumber(r[5]) ~= size then
    -- Above the old size there may be what was not trimmed yet.
    call('LTRIM', list, -tonumber(r[5]), -1)
  end
  local item = text(offset) .. ' ' .. text(now) .. ' ' .. epoch .. ' ' .. origin .. '\n' .. body
  local length = call('RPUSH', list, item)
  -- Trimmed late, so that a long history is not trimmed with every publication. Readers see no more than `size`.
  if length > size + math.min(size, 16) then
    call('LTRIM', list, -size, -1)
  end
  call('HSET', key, 'o', offset, 't', now + ttl, 'x', now + meta_ttl)
  if r[2] ~= epoch or tonumber(r[5]) ~= size then
    call('HSET', key, 'e', epoch, 'z', size)
  end
  local kept = tonumber(r[6])
  if length == 1 or not kept or kept < now + ttl then
    call('HSET', key, 'a', keep(list, ttl))
  end
  kept = tonumber(r[7])
  if not kept or kept < now + meta_ttl then
    call('HSET', key, 'b', keep(key, meta_ttl))
  end
  call('SPUBLISH', base .. 'ch:' .. channel, item)
  return offset, epoch, true
end

local function forget(channel)
  call('DEL', base .. 'h:' .. channel)
end
