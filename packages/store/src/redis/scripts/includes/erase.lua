--- @include actor

--- Removes every trace of an actor but its channels.
local function erase(actor, key, lane)
  call('DEL', key)
  call('ZREM', base .. 'actors', actor)
  put_due(actor, lane, 0)
end
