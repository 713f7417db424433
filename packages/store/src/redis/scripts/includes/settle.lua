--- @include actor

--- After a change by someone who does not hold the actor: ends its lease and puts it where it belongs, or erases it when nothing is left
--- of it.
local function settle(actor, r)
  local has = r.n > r.c
  if r.has_state == 0 and not has and r.wake == NONE and call('EXISTS', base .. 'dl:' .. actor) == 0 then
    return erase(actor, r)
  end
  change(actor, r)
  local at, lane = NONE, 0
  if r.suspended == 0 then
    at, lane = rest_due(has, r.wake, r.hold)
  end
  local before = r.lane ~= 0 and r.lane == lane and tonumber(call('ZSCORE', LANES[lane], actor))
  schedule(r, lane, at)
  r.lease = NONE
  if lane ~= 0 and (not before or at < before) then
    note_wake(lane, at)
  end
end
