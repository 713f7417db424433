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
local HEAD_BYTES = 66
--- The most bytes of a record after HEAD for a message to go into it, for every change writes them anew.
local MAX_TAIL = 1024
local MAX_INLINE = 255
local MAX_DEAD_LETTERS = 1000
--- How many arguments one command gets: Lua's stack holds 8,000.
local BULK = 1000

--- By actor. `missing`: it has no record, and the other fields are those of a new one. `tail`: what follows HEAD. `state`: a text to
--- write, false to delete, nil as it is. `due`: as text, a due time to write. `stored`, `was`: whether the server has a record, and in
--- which lane.
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

local function open_record(actor, packed)
  local r
  if packed then
    local fence, version, n, c, lease, wake, hold, lane, has_state, suspended, inline, holder, meta = struct.unpack(HEAD, packed)
    r = { fence = fence, version = version, n = n, c = c, lease = lease, wake = wake, hold = hold, lane = lane, has_state = has_state,
      suspended = suspended, inline = inline, holder = holder, meta = meta, tail = string.sub(packed, HEAD_BYTES + 1), stored = true,
      was = lane, due = nil, state = nil, missing = false, changed = false }
  else
    r = { fence = 0, version = 0, n = 0, c = 0, lease = NONE, wake = NONE, hold = NONE, lane = 0, has_state = 0, suspended = 0,
      inline = 0, holder = 0, meta = 0, tail = '', stored = false, was = 0, due = nil, state = nil, missing = true, changed = false }
  end
  actors[actor] = r
  return r
end

--- The record of an actor.
local function record(actor)
  return actors[actor] or open_record(actor, call('GET', base .. 'a:' .. actor))
end

--- Reads the records of many actors at once.
local function prefetch(names)
  for i = 1, #names, BULK do
    local keys, last = {}, math.min(i + BULK - 1, #names)
    for k = i, last do
      keys[k - i + 1] = base .. 'a:' .. names[k]
    end
    local found = call('MGET', unpack(keys))
    for k = i, last do
      if not actors[names[k]] then
        open_record(names[k], found[k - i + 1])
      end
    end
  end
end

--- Says that a record is to be written.
local function change(actor, r)
  r.missing = false
  if not r.changed then
    r.changed = true
    changed[#changed + 1] = actor
  end
end

--- Puts an actor into a lane, 0 for none; `at` as a number, and as text where the caller has it.
local function schedule(r, lane, at, at_text)
  r.lane = lane
  r.due = lane ~= 0 and (at_text or (at == now and now_text) or text(at)) or nil
end

local function holder_of(r)
  return string.sub(r.tail, 1, r.holder)
end

local function set_holder(r, holder)
  r.tail = holder .. string.sub(r.tail, r.holder + 1)
  r.holder = #holder
end

--- The meta with its mark, or false.
local function meta_of(r)
  return r.meta > 0 and string.sub(r.tail, r.holder + 1, r.holder + r.meta)
end

--- `meta` has its mark, or is nil.
local function set_meta(r, meta)
  if meta or r.meta > 0 then
    r.tail = string.sub(r.tail, 1, r.holder) .. (meta or '') .. string.sub(r.tail, r.holder + r.meta + 1)
    r.meta = meta and #meta or 0
  end
end

--- Adds `<accepted at> <body>` to the end of an inbox.
local function add_message(r, message)
  if r.n == r.c + r.inline and r.inline < MAX_INLINE and #r.tail + #message < MAX_TAIL then
    r.tail = r.tail .. struct.pack('<I4', #message) .. message
    r.inline = r.inline + 1
  elseif r.pushes then
    r.pushes[#r.pushes + 1] = message
  else
    r.pushes = { message }
  end
  r.n = r.n + 1
end

local function push_messages(actor, r)
  if r.pushes then
    bulk('RPUSH', base .. 'i:' .. actor, r.pushes)
    r.pushes = nil
  end
end

--- Where in `r.tail` the message after the first `skip` of those in the record is.
local function inline_at(r, skip)
  local at = r.holder + r.meta + 1
  for _ = 1, skip do
    at = at + 4 + struct.unpack('<I4', r.tail, at)
  end
  return at
end

--- The first `most` messages of an inbox.
local function first_messages(actor, r, most)
  local out, at = {}, r.holder + r.meta + 1
  for i = 1, math.min(most, r.inline) do
    out[i], at = struct.unpack('<I4c0', r.tail, at)
  end
  if most > r.inline and r.n > r.c + r.inline then
    push_messages(actor, r)
    local rest = call('LRANGE', base .. 'i:' .. actor, 0, most - r.inline - 1)
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
  if skip < r.inline then
    return (struct.unpack('<I4c0', r.tail, inline_at(r, skip)))
  end
  push_messages(actor, r)
  return call('LINDEX', base .. 'i:' .. actor, skip - r.inline)
end

--- Takes the first messages out of an inbox, those with seq ≤ `through`.
local function consume(actor, r, through)
  local count = through - r.c
  local listed = count - r.inline
  if listed >= 0 then
    if r.inline > 0 then
      r.tail = string.sub(r.tail, 1, r.holder + r.meta)
      r.inline = 0
    end
    if listed > 0 then
      push_messages(actor, r)
      if through == r.n then
        call('DEL', base .. 'i:' .. actor)
      else
        call('LTRIM', base .. 'i:' .. actor, listed, -1)
      end
    end
  else
    local at = inline_at(r, count)
    r.tail = string.sub(r.tail, 1, r.holder + r.meta) .. string.sub(r.tail, at)
    r.inline = r.inline - count
  end
  r.c = through
end

--- Removes every trace of an actor but its channels. Its inbox must be empty.
local function erase(actor, r)
  change(actor, r)
  r.missing = true
  r.fence, r.version, r.n, r.c, r.lease, r.wake, r.hold = 0, 0, 0, 0, NONE, NONE, NONE
  r.has_state, r.suspended, r.inline, r.holder, r.meta, r.tail, r.state = 0, 0, 0, 0, 0, '', false
  schedule(r, 0)
end

--- Writes what has changed: each actor once, however much happened to it.
local function save_actors()
  local writes, deletions, news, moves, removals = {}, {}, {}, { {}, {} }, { {}, {} }
  local w, d = 0, 0
  for i = 1, #changed do
    local actor = changed[i]
    local r = actors[actor]
    r.changed = false
    if r.missing then
      if r.stored then
        for _, kind in ipairs({ 'a:', 'x:', 'd:' }) do
          d = d + 1
          deletions[d] = base .. kind .. actor
        end
        call('ZREM', base .. 'actors', actor)
      end
    else
      if not r.stored then
        news[#news + 1] = '0'
        news[#news + 1] = actor
      end
      writes[w + 1] = base .. 'a:' .. actor
      writes[w + 2] = struct.pack(HEAD, r.fence, r.version, r.n, r.c, r.lease, r.wake, r.hold, r.lane, r.has_state, r.suspended, r.inline,
        r.holder, r.meta) .. r.tail
      w = w + 2
      push_messages(actor, r)
    end
    r.stored = not r.missing
    if r.state then
      writes[w + 1] = base .. 's:' .. actor
      writes[w + 2] = r.state
      w = w + 2
    elseif r.state == false then
      d = d + 1
      deletions[d] = base .. 's:' .. actor
    end
    r.state = nil
    local was, lane = r.was, r.lane
    if was ~= lane and was ~= 0 then
      local removal = removals[was]
      removal[#removal + 1] = actor
    end
    if r.due then
      local move = moves[lane]
      local m = #move
      move[m + 1] = r.due
      move[m + 2] = actor
      r.due = nil
    end
    r.was = lane
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
