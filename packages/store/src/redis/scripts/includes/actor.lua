--- @include due
--- The record of an actor, hash `a:<actor>`: s state · m meta, '=' before it · o the last holder · x why suspended, '=' before it ·
--- d the last dead letter's id · p, packed, because reading and writing ten fields costs more than all else a commit does:
---   fence, version, n the last message's seq, c consumed through, lease end, pending tick, messages held until (each a double, -1
---   for none), lane, whether there is a state, is suspended, has meta (each a byte).
--- Its inbox is list `i:<actor>` of `<accepted at> <body>`, the first with seq c + 1.

local RECORD = '<dddddddBBBB'
local MAX_DEAD_LETTERS = 1000

--- The fields of p in their order, or nil.
local function read_record(key)
  local p = call('HGET', key, 'p')
  if p then
    return struct.unpack(RECORD, p)
  end
end

local function pack_record(...)
  return struct.pack(RECORD, ...)
end

--- Whether an actor has a state.
local function exists(actor)
  local p = call('HGET', base .. 'a:' .. actor, 'p')
  return p and string.byte(p, 58) == 1
end

--- Adds a dead letter to an actor that has a record.
local function bury(actor, key, letter)
  local id = call('HINCRBY', key, 'd', 1)
  letter.id = id
  letter.diedAt = now
  local letters = base .. 'dl:' .. actor
  call('ZADD', letters, id, cjson.encode(letter))
  count(3)
  if id == 1 or call('ZCARD', letters) == 1 then
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
  put_due(actor, lane, 0)
end

--- After a change by someone who does not hold the actor: puts it where it belongs, or erases it when nothing is left of it. Takes
--- the record as it is to be.
local function settle(actor, key, fence, version, n, c, wake, hold, lane, has_state, suspended, has_meta)
  local has = n > c
  if has_state == 0 and not has and wake == NONE and call('EXISTS', base .. 'dl:' .. actor) == 0 then
    return erase(actor, key, lane)
  end
  local at, new_lane = NONE, 0
  if suspended == 0 then
    at, new_lane = rest_due(has, wake, hold)
  end
  local before = lane ~= 0 and lane == new_lane and tonumber(call('ZSCORE', LANES[lane], actor))
  put_due(actor, lane, new_lane, at)
  call('HSET', key, 'p', pack_record(fence, version, n, c, NONE, wake, hold, new_lane, has_state, suspended, has_meta))
  if new_lane ~= 0 and (not before or at < before) then
    note_wake(new_lane, at)
  end
end
