--- @include due
--- Actors. String `a:<actor>` is the record: HEAD, packed, then the last holder, the meta ('=' before it, nothing when there is none) and the
--- first messages of the inbox, each its length (4 bytes) and `<accepted at> <body>`. HEAD is fence, version, seq of the last message,
--- consumed through, lease end, pending tick, messages held until (each a double, -1 for none), lane, whether there is a state, is
--- suspended, how many messages are in the record (each a byte), length of the holder (2 bytes) and of the meta (4). String
--- `s:<actor>`: the state; `x:<actor>`: why it is suspended, '=' before it; `d:<actor>`: the last dead letter's id. List `i:<actor>`: the
--- messages that the record has no room for.
---
--- A script reads the records of many actors with one command, changes them in memory and writes them with one: what a command
--- costs, less what it does, is most of what a turn would cost. So nothing is written before `save_actors`.

local HEAD = '<dddddddBBBBHI4'
local HEAD_AND_TAIL = HEAD .. 'c0'
local HEAD_BYTES = 66
--- The most bytes of a record after HEAD for a message to go into it, for every change writes them anew.
local MAX_TAIL = 400
local MAX_INLINE = 2
local MAX_DEAD_LETTERS = 1000
--- How many arguments one command gets: Lua's stack holds 8,000.
local BULK = 1000

--- The fields of a record in memory, by number because a table with names takes several times as long to make. After those of HEAD:
--- what follows HEAD; in which lane the server has it; whether the server has it; whether there is none, and the other fields are those of a new
--- one; whether it is to be written; as text, a due time to write, or false; a state to write, false to delete it, true as it
--- is; messages for the list, or false; its key.
local FENCE, VERSION, LAST, CONSUMED, LEASE, WAKE, HOLD, LANE, HAS_STATE, SUSPENDED, INLINE, HOLDER, META = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
local TAIL, WAS, STORED, MISSING, CHANGED, DUE, STATE, PUSHES, KEY = 14, 15, 16, 17, 18, 19, 20, 21, 22

--- By actor.
local actors = {}
local changed = {}

--- Runs a command whose arguments may be many. `key` is nil where there is none before them.
local function bulk(command, key, args)
  for i = 1, #args, BULK do
    if key then
      call(command, key, unpack(args, i, math.min(i + BULK - 1, #args)))
    else
      call(command, unpack(args, i, math.min(i + BULK - 1, #args)))
    end
  end
end

local function open_record(actor, key, packed)
  local r
  if packed then
    local fence, version, last, consumed, lease, wake, hold, lane, has_state, suspended, inline, holder, meta = struct.unpack(HEAD, packed)
    r = { fence, version, last, consumed, lease, wake, hold, lane, has_state, suspended, inline, holder, meta,
      string.sub(packed, HEAD_BYTES + 1), lane, true, false, false, false, true, false, key }
  else
    r = { 0, 0, 0, 0, NONE, NONE, NONE, 0, 0, 0, 0, 0, 0, '', 0, false, true, false, false, true, false, key }
  end
  actors[actor] = r
  return r
end

--- The record of an actor.
local function record(actor)
  local r = actors[actor]
  if not r then
    local key = base .. 'a:' .. actor
    r = open_record(actor, key, call('GET', key))
  end
  return r
end

--- Reads the records of many actors at once.
local function prefetch(names)
  local prefix = base .. 'a:'
  for i = 1, #names, BULK do
    local keys, last = {}, math.min(i + BULK - 1, #names)
    for k = i, last do
      keys[k - i + 1] = prefix .. names[k]
    end
    local found = call('MGET', unpack(keys))
    for k = i, last do
      if not actors[names[k]] then
        open_record(names[k], keys[k - i + 1], found[k - i + 1])
      end
    end
  end
end

--- Says that a record is to be written.
local function change(actor, r)
  r[MISSING] = false
  if not r[CHANGED] then
    r[CHANGED] = true
    changed[#changed + 1] = actor
  end
end

--- Puts an actor into a lane, 0 for none; `at` as a number, and as text where the caller has it.
local function schedule(r, lane, at, at_text)
  r[LANE] = lane
  r[DUE] = lane ~= 0 and (at_text or (at == now and now_text) or text(at))
end

local function holder_of(r)
  return string.sub(r[TAIL], 1, r[HOLDER])
end

local function set_holder(r, holder)
  r[TAIL] = holder .. string.sub(r[TAIL], r[HOLDER] + 1)
  r[HOLDER] = #holder
end

--- The meta with its mark, or false.
local function meta_of(r)
  return r[META] > 0 and string.sub(r[TAIL], r[HOLDER] + 1, r[HOLDER] + r[META])
end

--- `meta` has its mark, or is nil.
local function set_meta(r, meta)
  if meta or r[META] > 0 then
    r[TAIL] = string.sub(r[TAIL], 1, r[HOLDER]) .. (meta or '') .. string.sub(r[TAIL], r[HOLDER] + r[META] + 1)
    r[META] = meta and #meta or 0
  end
end

--- Adds `<accepted at> <body>` to the end of an inbox.
local function add_message(r, message)
  if r[LAST] == r[CONSUMED] + r[INLINE] and r[INLINE] < MAX_INLINE and #r[TAIL] + #message < MAX_TAIL then
    r[TAIL] = r[TAIL] .. struct.pack('<I4', #message) .. message
    r[INLINE] = r[INLINE] + 1
  elseif r[PUSHES] then
    r[PUSHES][#r[PUSHES] + 1] = message
  else
    r[PUSHES] = { message }
  end
  r[LAST] = r[LAST] + 1
end

local function push_messages(actor, r)
  if r[PUSHES] then
    bulk('RPUSH', base .. 'i:' .. actor, r[PUSHES])
    r[PUSHES] = false
  end
end

--- Where in `r[TAIL]` the message after the first `skip` of those in the record is.
local function inline_at(r, skip)
  local at = r[HOLDER] + r[META] + 1
  for _ = 1, skip do
    at = at + 4 + struct.unpack('<I4', r[TAIL], at)
  end
  return at
end

--- The first `most` messages of an inbox.
local function first_messages(actor, r, most)
  local out, at = {}, r[HOLDER] + r[META] + 1
  for i = 1, math.min(most, r[INLINE]) do
    out[i], at = struct.unpack('<I4c0', r[TAIL], at)
  end
  if most > r[INLINE] and r[LAST] > r[CONSUMED] + r[INLINE] then
    push_messages(actor, r)
    local rest = call('LRANGE', base .. 'i:' .. actor, 0, most - r[INLINE] - 1)
    if #out == 0 then
      return rest
    end
    for i = 1, #rest do
      out[#out + 1] = rest[i]
    end
  end
  return out
end

--- The message after the first `skip`.
local function message_at(actor, r, skip)
  if skip < r[INLINE] then
    return (struct.unpack('<I4c0', r[TAIL], inline_at(r, skip)))
  end
  push_messages(actor, r)
  return call('LINDEX', base .. 'i:' .. actor, skip - r[INLINE])
end

--- Takes the first messages out of an inbox, those with seq ≤ `through`.
local function consume(actor, r, through)
  local count = through - r[CONSUMED]
  local listed = count - r[INLINE]
  if listed >= 0 then
    if r[INLINE] > 0 then
      r[TAIL] = string.sub(r[TAIL], 1, r[HOLDER] + r[META])
      r[INLINE] = 0
    end
    if listed > 0 then
      push_messages(actor, r)
      if through == r[LAST] then
        call('DEL', base .. 'i:' .. actor)
      else
        call('LTRIM', base .. 'i:' .. actor, listed, -1)
      end
    end
  else
    local at = inline_at(r, count)
    r[TAIL] = string.sub(r[TAIL], 1, r[HOLDER] + r[META]) .. string.sub(r[TAIL], at)
    r[INLINE] = r[INLINE] - count
  end
  r[CONSUMED] = through
end

--- Removes every trace of an actor but its channels. Its inbox must be empty.
local function erase(actor, r)
  change(actor, r)
  r[MISSING] = true
  r[FENCE], r[VERSION], r[LAST], r[CONSUMED], r[LEASE], r[WAKE], r[HOLD] = 0, 0, 0, 0, NONE, NONE, NONE
  r[HAS_STATE], r[SUSPENDED], r[INLINE], r[HOLDER], r[META], r[TAIL], r[STATE] = 0, 0, 0, 0, 0, '', false
  schedule(r, 0)
end

--- Writes what has changed: each actor once, however much happened to it.
local function save_actors()
  local writes, deletions, news, moves, removals = {}, {}, {}, { {}, {} }, { {}, {} }
  local w, d = 0, 0
  for i = 1, #changed do
    local actor = changed[i]
    local r = actors[actor]
    r[CHANGED] = false
    if r[MISSING] then
      if r[STORED] then
        for _, kind in ipairs({ 'a:', 'x:', 'd:' }) do
          d = d + 1
          deletions[d] = base .. kind .. actor
        end
        call('ZREM', base .. 'actors', actor)
      end
    else
      if not r[STORED] then
        news[#news + 1] = '0'
        news[#news + 1] = actor
      end
      writes[w + 1] = r[KEY]
      writes[w + 2] = struct.pack(HEAD_AND_TAIL, unpack(r, 1, TAIL))
      w = w + 2
      push_messages(actor, r)
    end
    r[STORED] = not r[MISSING]
    if r[STATE] ~= true then
      if r[STATE] then
        writes[w + 1] = base .. 's:' .. actor
        writes[w + 2] = r[STATE]
        w = w + 2
      else
        d = d + 1
        deletions[d] = base .. 's:' .. actor
      end
      r[STATE] = true
    end
    local was, lane = r[WAS], r[LANE]
    if was ~= lane and was ~= 0 then
      local removal = removals[was]
      removal[#removal + 1] = actor
    end
    if r[DUE] then
      local move = moves[lane]
      local m = #move
      move[m + 1] = r[DUE]
      move[m + 2] = actor
      r[DUE] = false
    end
    r[WAS] = lane
  end
  changed = {}
  bulk('MSET', nil, writes)
  bulk('DEL', nil, deletions)
  bulk('ZADD', base .. 'actors', news)
  for lane = 1, 2 do
    bulk('ZREM', LANES[lane], removals[lane])
    bulk('ZADD', LANES[lane], moves[lane])
  end
end

--- Adds a dead letter to an actor that has a record.
local function bury(actor, letter)
  local id = call('INCR', base .. 'd:' .. actor)
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
