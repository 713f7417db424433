--- @include actor

--- After a change by someone who does not hold the actor: ends its lease and puts it where it belongs, or erases it when nothing is left
--- of it.
local function settle(actor, r)
  local has = r[LAST] > r[CONSUMED]
  if r[HAS_STATE] == 0 and not has and r[WAKE] == NONE and call('EXISTS', base .. 'dl:' .. actor) == 0 then
    return erase(actor, r)
  end
  change(actor, r)
  local at, lane = NONE, 0
  if r[SUSPENDED] == 0 then
    at, lane = rest_due(has, r[WAKE], r[HOLD])
  end
  local before = r[LANE] ~= 0 and r[LANE] == lane and tonumber(call('ZSCORE', LANES[lane], actor))
  schedule(r, lane, at)
  r[LEASE] = NONE
  if lane ~= 0 and (not before or at < before) then
    note_wake(lane, at)
  end
end
