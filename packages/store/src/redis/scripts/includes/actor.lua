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
