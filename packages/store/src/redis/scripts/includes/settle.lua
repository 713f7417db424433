--- @include erase

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
