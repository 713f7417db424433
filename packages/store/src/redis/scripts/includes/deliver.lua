--- @include actor
--- @include message-ids
--- Putting messages into inboxes.

local ACCEPTED, DUPLICATE, FULL, NO_ACTOR = 1, 2, 3, 4

--- Accepts a message, or says why not. `id` may be ''. `force`: what cannot be refused any more is accepted up to twice the limit
--- and becomes a dead letter beyond it. `at`: when it was accepted, if not now.
local function deliver(actor, body, id, must_exist, limit, force, at)
  local key = base .. 'a:' .. actor
  local r = call('HMGET', key, 'e', 'n', 'c', 'u', 'l', 'w', 'h', 'x', 'o')
  local n = tonumber(r[2]) or 0
  local waiting = n - (tonumber(r[3]) or 0)
  local refused
  if must_exist and not r[1] then
    refused = NO_ACTOR
  elseif waiting >= (force and 2 * limit or limit) then
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
  if not r[2] and (force or not refused) then
    call('ZADD', base .. 'actors', 0, actor)
    call('HSET', key, 'n', 0, 'c', 0)
  end
  if refused then
    count(2)
    if force then
      bury(actor, key, { body = body, acceptedAt = now, error = 'inbox full', attempts = 0 })
    end
    return refused
  end

  call('RPUSH', base .. 'i:' .. actor, text(at or now) .. ' ' .. body)
  if waiting > 0 then
    call('HSET', key, 'n', n + 1)
  elseif r[4] and r[4] ~= '' then
    call('HSET', key, 'n', n + 1)
    wake_holder(actor, r[9])
  elseif r[8] and r[8] ~= '' then
    call('HSET', key, 'n', n + 1)
  else
    local due, lane = rest_due(true, tonumber(r[6]), tonumber(r[7]))
    call('HSET', key, 'n', n + 1, 'l', lane)
    -- It was in lane 't' for its tick, or in none: where the lane stays, the time does too.
    if lane ~= r[5] then
      put_due(actor, r[5], lane, due)
      note_wake(lane, due)
    end
  end
  return ACCEPTED
end
