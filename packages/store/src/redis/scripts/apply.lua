--- Applies what another partition's outbox holds for this one. Hash `relay` keeps, per source, the number of the last effect applied:
--- what was applied before is skipped, so any number of relays may bring it.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] source partition
--- ARGV[5…] per effect, in order: number, 's', actor, body, id or '', '1' when the actor must exist else '0', inbox limit; or
--- number, 'p', channel, body, history size, ttl and meta ttl in ms
--- Returns stats, how many were applied and how many skipped.
--- @include deliver
--- @include channel

local names = {}
for i = 5, #argv, 7 do
  if argv[i + 1] == 's' then
    names[#names + 1] = argv[i + 2]
  end
end
prefetch(names)
local applied, skipped = 0, 0
local mark = tonumber(call('HGET', base .. 'relay', argv[4]) or '0')
for i = 5, #argv, 7 do
  local number = tonumber(argv[i])
  if number <= mark then
    skipped = skipped + 1
  else
    mark = number
    applied = applied + 1
    if argv[i + 1] == 's' then
      accept(argv[i + 2], argv[i + 3], argv[i + 4], argv[i + 5] == '1', tonumber(argv[i + 6]), true)
    else
      publish(argv[i + 2], { argv[i + 3] }, '', tonumber(argv[i + 4]), tonumber(argv[i + 5]), tonumber(argv[i + 6]))
    end
  end
end
if applied > 0 then
  call('HSET', base .. 'relay', argv[4], string.format('%.0f', mark))
end
finish()
return { stats, applied, skipped }
