--- Publishes on channels of one partition, each a step of its own.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4…] per publication: channel, body, origin, history size, ttl and meta ttl in ms, idempotency key or '', its ttl in ms,
--- version or '', version epoch
--- Returns stats, then per publication offset, epoch and 1 published or 0 suppressed.
--- @include channel

local out = { stats }
for i = 4, #argv, 10 do
  local channel, key = argv[i], argv[i + 6]
  local known
  if key ~= '' then
    key = base .. 'ik:' .. channel .. '\n' .. key
    local ends, offset, epoch = string.match(call('GET', key) or '', '^(%S+) (%S+) (%S*)$')
    if ends and tonumber(ends) > now then
      known = true
      count(8)
      out[#out + 1] = tonumber(offset)
      out[#out + 1] = epoch
      out[#out + 1] = 0
    end
  end
  if not known then
    local offset, epoch, published = publish(channel, { argv[i + 1] }, argv[i + 2], tonumber(argv[i + 3]), tonumber(argv[i + 4]),
      tonumber(argv[i + 5]), tonumber(argv[i + 8]), argv[i + 9])
    if key ~= '' and published then
      local ttl = tonumber(argv[i + 7])
      call('SET', key, text(now + ttl) .. ' ' .. text(offset) .. ' ' .. epoch, 'PX', ttl + grace)
    end
    out[#out + 1] = offset
    out[#out + 1] = epoch
    out[#out + 1] = published and 1 or 0
  end
end
return out
