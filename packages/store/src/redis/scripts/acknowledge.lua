--- Removes from the head of the outbox what was delivered everywhere.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] the last number delivered, [5] the most entries to look at
--- Returns how many were removed.
--- @include outbox

local last, list = tonumber(argv[4]), base .. 'ob'
local head = call('LRANGE', list, 0, tonumber(argv[5]) - 1)
local done = 0
for i = 1, #head do
  if tonumber(string.match(head[i], '^%d+')) > last then
    break
  end
  done = i
end
if done > 0 then
  call('LTRIM', list, done, -1)
end
if call('LLEN', list) == 0 then
  call('ZREM', base .. 'due:m', OUTBOX_MEMBER)
end
return done
