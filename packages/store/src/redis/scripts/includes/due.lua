--- @include partition
--- Due times. Lane 1, zset `due:m`, holds what has messages; lane 2, `due:t`, what waits for a tick; an actor is in one or, lane 0, in none.

local NONE = -1
local LANES = { base .. 'due:m', base .. 'due:t' }
local LANE_NAMES = { 'm', 't' }
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
    call('SPUBLISH', base .. 'wake', LANE_NAMES[lane] .. ' ' .. text(at))
  end
end

--- When an active actor without a lease is due, and in which lane. `wake` and `hold` may be NONE.
local function rest_due(has_messages, wake, hold)
  local at, lane = NONE, 0
  if has_messages then
    at, lane = now, 1
    if hold > now then
      at = hold
    end
  end
  if wake ~= NONE and (lane == 0 or wake < at) then
    return wake, 2
  end
  return at, lane
end
