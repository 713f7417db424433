--- Deletes dead letters of an actor.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] '1' for all else '0', [6…] their ids
--- Returns stats and how many.
--- @include actor

local actor, letters, dropped = argv[4], base .. 'dl:' .. argv[4], 0
if argv[5] == '1' then
  dropped = call('ZCARD', letters)
  call('DEL', letters)
else
  for i = 6, #argv do
    dropped = dropped + call('ZREMRANGEBYSCORE', letters, argv[i], argv[i])
  end
end
if dropped > 0 and call('EXISTS', letters) == 0 then
  call('ZREM', base .. 'dead', actor)
  -- Nothing else about the actor changed: only an actor of which nothing is left is touched.
  local r = record(actor)
  if not r[MISSING] and r[HAS_STATE] == 0 and r[LAST] == r[CONSUMED] and r[LEASE] == NONE and r[WAKE] == NONE then
    erase(actor, r)
  end
end
save_actors()
send_wakes()
return { stats, dropped }
