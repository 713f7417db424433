--- Deletes dead letters of an actor.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] '1' for all else '0', [6…] their ids
--- Returns stats and how many.
--- @include erase

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
  local key = base .. 'a:' .. actor
  local fence, _, n, c, lease, wake, _, lane, has_state = read_record(key)
  if fence and has_state == 0 and n == c and lease == NONE and wake == NONE then
    erase(actor, key, lane)
  end
end
send_wakes()
return { stats, dropped }
