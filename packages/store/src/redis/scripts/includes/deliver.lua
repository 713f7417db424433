--- @include actor
--- @include message-ids
--- Putting messages into inboxes.

local ACCEPTED, DUPLICATE, FULL, NO_ACTOR = 1, 2, 3, 4

--- Reads the terms of a message, `<1 when the actor must exist else 0> <inbox limit> <id or ''>`: whether it must, the limit and the id.
local function terms(packed)
  local must, limit, id = string.match(packed, '^(%d) (%S+) (.*)$')
  return must == '1', tonumber(limit), id
end

--- Accepts a message, or says why not. `id` may be ''. `force`: what cannot be refused any more is accepted up to twice the limit and
--- becomes a dead letter beyond it. `at`: as text, when it was accepted, if not now.
local function accept(actor, body, id, must_exist, limit, force, at)
  local r = record(actor)
  local n, c = r[LAST], r[CONSUMED]
  local refused
  if must_exist and r[HAS_STATE] == 0 then
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
  if refused then
    count(2)
    if force then
      change(actor, r)
      bury(actor, { body = body, acceptedAt = now, error = 'inbox full', attempts = 0 })
    end
    return refused
  end

  change(actor, r)
  add_message(r, (at or now_text) .. ' ' .. body)
  if n == c then
    if r[LEASE] ~= NONE then
      call('SPUBLISH', base .. 'wake', 'i ' .. actor .. ' ' .. holder_of(r))
    elseif r[SUSPENDED] == 0 then
      local due, lane = rest_due(true, r[WAKE], r[HOLD])
      -- It was in lane 2 for its tick, or in none: where the lane stays, the time does too.
      if lane ~= r[LANE] then
        schedule(r, lane, due)
        note_wake(lane, due)
      end
    end
  end
  return ACCEPTED
end

--- Ends a script that delivered messages or changed actors.
local function finish()
  save_ids()
  save_actors()
  send_wakes()
end
