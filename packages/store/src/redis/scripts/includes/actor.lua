--- @include due
--- The record of an actor, hash `a:<actor>`:
---   f fence · v version · s state · e '1' while there is a state · m meta · n the last message's seq · c consumed through
---   w pending tick · h messages held until · u lease end · o its holder · l lane · x why suspended · d the last dead letter's id
--- '' and absent mean the same, except in s. Its inbox is list `i:<actor>` of `<accepted at> <body>`, the first with seq c + 1.

local MAX_DEAD_LETTERS = 1000

--- Adds a dead letter to an actor that has a record.
local function bury(actor, key, letter)
  local id = call('HINCRBY', key, 'd', 1)
  letter.id = id
  letter.diedAt = now
  local letters = base .. 'dl:' .. actor
  call('ZADD', letters, id, cjson.encode(letter))
  count(3)
  if id == 1 then
    call('ZADD', base .. 'dead', 0, actor)
  elseif call('ZCARD', letters) > MAX_DEAD_LETTERS then
    call('ZPOPMIN', letters)
    count(4)
  end
end

--- Removes every trace of an actor but its channels.
local function erase(actor, key, lane)
  call('DEL', key)
  call('ZREM', base .. 'actors', actor)
  put_due(actor, lane, '')
end

--- After a change by someone who does not hold the actor: puts it where it belongs, or erases it when nothing is left of it.
local function settle(actor)
  local key = base .. 'a:' .. actor
  local r = call('HMGET', key, 'e', 'n', 'c', 'u', 'l', 'w', 'h', 'x')
  if not r[2] or tonumber(r[4]) then
    return
  end
  local has, wake, lane = tonumber(r[2]) > tonumber(r[3]), tonumber(r[6]), r[5]
  if not r[1] and not has and not wake and call('EXISTS', base .. 'dl:' .. actor) == 0 then
    return erase(actor, key, lane)
  end
  local at, new_lane = nil, ''
  if not r[8] or r[8] == '' then
    at, new_lane = rest_due(has, wake, tonumber(r[7]))
  end
  local before = lane == new_lane and lane ~= '' and tonumber(call('ZSCORE', base .. 'due:' .. lane, actor)) or nil
  put_due(actor, lane, new_lane, at)
  call('HSET', key, 'l', new_lane)
  if at and (not before or at < before) then
    note_wake(new_lane, at)
  end
end
