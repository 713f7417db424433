--- Applies what another partition's outbox holds for this one. Hash `relay` keeps, per source, the number of the last effect applied:
--- what was applied before is skipped, so any number of relays may bring it.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] source partition
--- ARGV[5…] per effect, in order: number, 's', actor, body, terms (see includes/deliver.lua); or
--- number, 'p', channel, body, `<history size> <ttl in ms> <meta ttl in ms>`
--- Returns stats, how many were applied and how many skipped.
--- @include deliver
--- @include channel

local names = {}
for i = 5, #argv, 5 do
  if argv[i + 1] == 's' then
    names[#names + 1] = argv[i + 2]
  end
end
prefetch(names)
local applied, skipped = 0, 0
local mark = tonumber(call('HGET', base .. 'relay', argv[4]) or '0')
for i = 5, #argv, 5 do
  local number = tonumber(argv[i])
  if number <= mark then
    skipped = skipped + 1
  else
    mark = number
    applied = applied + 1
    if argv[i + 1] == 's' then
      local must_exist, limit, id = terms(argv[i + 4])
      accept(argv[i + 2], argv[i + 3], id, must_exist, limit, true)
    else
      local size, ttl, meta_ttl = string.match(argv[i + 4], '^(%S+) (%S+) (%S+)$')
      publish(argv[i + 2], { argv[i + 3] }, '', tonumber(size), tonumber(ttl), tonumber(meta_ttl))
    end
  end
end
if applied > 0 then
  call('HSET', base .. 'relay', argv[4], string.format('%.0f', mark))
end
finish()
return { stats, applied, skipped }
