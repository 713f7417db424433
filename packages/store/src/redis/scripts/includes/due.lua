--- @include partition
--- Due times. Lane 'm' holds what has messages, lane 't' what waits for a tick; an actor is in one of them or in none.

local wake_due = {}

--- Remembers that something in `lane` became due earlier, for one wake per lane and call.
local function note_wake(lane, at)
  local noted = wake_due[lane]
  if not noted or at < noted then
    wake_due[lane] = at
  end
end

local function send_wakes()
  for lane, at in pairs(wake_due) do
    call('SPUBLISH', base .. 'wake', lane .. ' ' .. text(at))
  end
end

--- Tells the holder of a leased actor that its empty inbox got a message.
local function wake_holder(actor, holder)
  call('SPUBLISH', base .. 'wake', 'i ' .. actor .. ' ' .. holder)
end

--- When an active actor without a lease is due, and in which lane ('' for none). `wake` and `hold` are numbers or nil.
local function rest_due(has_messages, wake, hold)
  local at, lane = nil, ''
  if has_messages then
    at, lane = now, 'm'
    if hold and hold > now then
      at = hold
    end
  end
  if wake and (not at or wake < at) then
    at, lane = wake, 't'
  end
  return at, lane
end

--- Moves an actor from `old_lane` to `lane` ('' or false for none).
local function put_due(actor, old_lane, lane, at)
  if old_lane and old_lane ~= '' and old_lane ~= lane then
    call('ZREM', base .. 'due:' .. old_lane, actor)
  end
  if lane ~= '' then
    call('ZADD', base .. 'due:' .. lane, at, actor)
  end
end
