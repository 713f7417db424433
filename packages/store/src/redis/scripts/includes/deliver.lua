--- @include actor
--- @include message-ids
--- Putting messages into inboxes.

local ACCEPTED, DUPLICATE, FULL, NO_ACTOR = 1, 2, 3, 4

--- Accepts a message, or says why not. `id` may be ''. `force`: what cannot be refused any more is accepted up to twice the limit
--- and becomes a dead letter beyond it. `at`: as text, when it was accepted, if not now.
local function deliver(actor, body, id, must_exist, limit, force, at)
  local key = base .. 'a:' .. actor
  local fence, version, n, c, lease, wake, hold, lane, has_state, suspended, has_meta = read_record(key)
  local known = fence ~= nil
  if not known then
    fence, version, n, c, lease, wake, hold, lane, has_state, suspended, has_meta = 0, 0, 0, 0, NONE, NONE, NONE, 0, 0, 0, 0
  end
  local refused
  if must_exist and has_state == 0 then
    refused = NO_ACTOR
  elseif n - c >= (force and 2 * limit or limit) then
    refused = FULL
  end
  if id ~= '' and seen(actor, id, not refused or (force and refused == FULL)) then
    count(1)
    return DUPLICATE
  end
  if refused == NO_ACTOR then
    count(5)
    return refused
  end
  if not known and (force or not refused) then
    call('ZADD', base .. 'actors', '0', actor)
  end
  if refused then
    count(2)
    if force then
      if not known then
        call('HSET', key, 'p', pack_record(fence, version, n, c, lease, wake, hold, lane, has_state, suspended, has_meta))
      end
      bury(actor, key, { body = body, acceptedAt = now, error = 'inbox full', attempts = 0 })
    end
    return refused
  end

  call('RPUSH', base .. 'i:' .. actor, (at or now_text) .. ' ' .. body)
  if n == c then
    if lease ~= NONE then
      call('SPUBLISH', base .. 'wake', 'i ' .. actor .. ' ' .. call('HGET', key, 'o'))
    elseif suspended == 0 then
      local due, new_lane = rest_due(true, wake, hold)
      -- It was in lane 2 for its tick, or in none: where the lane stays, the time does too.
      if new_lane ~= lane then
        put_due(actor, lane, new_lane, due)
        note_wake(new_lane, due)
        lane = new_lane
      end
    end
  end
  call('HSET', key, 'p', pack_record(fence, version, n + 1, c, lease, wake, hold, lane, has_state, suspended, has_meta))
  return ACCEPTED
end
