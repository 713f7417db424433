--- @include numbers
--- The log of a channel. String `c:<channel>`, packed: top offset, when the history ends, when offset and epoch end, history size,
--- until when the server keeps the list and this key (each a double), then the epoch. List `h:<channel>`: the publications up
--- to the top, each `<offset> <time> <epoch> <origin>\n<body>`, which is also what subscribers get. String `cv:<channel>`: the last
--- version, `<epoch> <version> <version epoch>`.

local CHANNEL = '<dddddd'
local CHANNEL_AND_EPOCH = '<ddddddc0'

--- Keeps `key` for at least `ttl` ms; gives until when. Renewed only when a quarter is used up, not with every publication.
local function keep(key, ttl)
  local slack = math.max(ttl / 4, grace)
  call('PEXPIRE', key, text(math.ceil(ttl + slack)))
  return now + ttl + slack
end

--- The channel's position, new if there is none: epoch, whether it is new, offset, history's end, size, and until when both are kept.
--- `key` is that of the position.
local function open_channel(channel, key)
  local packed = call('GET', key)
  if packed then
    local offset, ends, forgotten, size, list_kept, kept = struct.unpack(CHANNEL, packed)
    if forgotten > now then
      if ends <= now and ends ~= 0 then
        call('DEL', base .. 'h:' .. channel)
        ends = 0
      end
      return string.sub(packed, 49), false, offset, ends, size, list_kept, kept
    end
    call('DEL', base .. 'h:' .. channel)
  end
  return string.format('%x', take_numbers(1)), true, 0, 0, 0, 0, 0
end

--- Takes what `open_channel` gives after whether it is new, and the epoch last.
local function save_channel(key, ...)
  call('SET', key, struct.pack(CHANNEL_AND_EPOCH, ...), 'KEEPTTL')
end

--- Whether `version` is not above the channel's last one; if it is, remembers it.
local function is_old_version(channel, epoch, version, version_epoch, ttl)
  local key = base .. 'cv:' .. channel
  local of, last, last_epoch = string.match(call('GET', key) or '', '^(%S+) (%S+) (.*)$')
  if of == epoch and last_epoch == version_epoch and version <= tonumber(last) then
    return true
  end
  call('SET', key, epoch .. ' ' .. text(version) .. ' ' .. version_epoch, 'PX', text(math.ceil(ttl + grace)))
  return false
end

--- Publishes `bodies`, in order. Gives the last one's offset, epoch and whether it was published; `version`, a number or nil, is for one.
local function publish(channel, bodies, origin, size, ttl, meta_ttl, version, version_epoch)
  local subscribers = base .. 'ch:' .. channel
  if size == 0 then
    for i = 1, #bodies do
      call('SPUBLISH', subscribers, '0 ' .. now_text .. '  ' .. origin .. '\n' .. bodies[i])
    end
    return 0, '', true
  end
  if meta_ttl < ttl then
    meta_ttl = ttl
  end
  local key, list = base .. 'c:' .. channel, base .. 'h:' .. channel
  local epoch, new, offset, _, old_size, list_kept, kept = open_channel(channel, key)
  if version and is_old_version(channel, epoch, version, version_epoch, meta_ttl) then
    count(8)
    return offset, epoch, false
  end
  if old_size ~= size and old_size > 0 then
    -- Above the old size there may be what was not trimmed yet.
    call('LTRIM', list, -old_size, -1)
  end
  local tail = ' ' .. now_text .. ' ' .. epoch .. ' ' .. origin .. '\n'
  local first_kept = #bodies - size
  local items = {}
  for i = 1, #bodies do
    offset = offset + 1
    local item = offset .. tail .. bodies[i]
    call('SPUBLISH', subscribers, item)
    if i > first_kept then
      items[#items + 1] = item
    end
  end
  local length
  for i = 1, #items, 1000 do
    length = call('RPUSH', list, unpack(items, i, math.min(i + 999, #items)))
  end
  -- Trimmed late, so that a long history is not trimmed with every publication. Readers see no more than `size`.
  if length > size + math.min(size, 16) then
    call('LTRIM', list, -size, -1)
  end
  if length == #items or list_kept < now + ttl then
    list_kept = keep(list, ttl)
  end
  if new or kept < now + meta_ttl then
    -- The key may not be there yet.
    save_channel(key, 0, 0, 0, 0, 0, 0, epoch)
    kept = keep(key, meta_ttl)
  end
  save_channel(key, offset, now + ttl, now + meta_ttl, size, list_kept, kept, epoch)
  return offset, epoch, true
end

local function forget(channel)
  call('DEL', base .. 'h:' .. channel)
end
