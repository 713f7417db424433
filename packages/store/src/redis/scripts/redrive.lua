--- Puts dead letters of an actor back at the end of its inbox.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] '1' for all else '0', [6…] their ids
--- Returns stats and how many.
--- @include deliver

local actor, letters, moved = argv[4], base .. 'dl:' .. argv[4], 0
local function put_back(found)
  for i = 1, #found do
    local letter = cjson.decode(found[i])
    accept(actor, letter.body, '', false, math.huge, true, text(letter.acceptedAt))
    call('ZREM', letters, found[i])
    moved = moved + 1
  end
end
if argv[5] == '1' then
  put_back(call('ZRANGE', letters, 0, -1))
else
  for i = 6, #argv do
    put_back(call('ZRANGEBYSCORE', letters, argv[i], argv[i]))
  end
end
if call('EXISTS', letters) == 0 then
  call('ZREM', base .. 'dead', actor)
end
finish()
return { stats, moved }
