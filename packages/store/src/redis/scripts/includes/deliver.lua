--- @include actor
--- @include message-ids
--- Putting messages into inboxes.

local ACCEPTED, DUPLICATE, FULL, NO_ACTOR = 1, 2, 3, 4

--- Inboxes that have been opened by this call, by actor: the record's fields in their order, `key`, `known` when the actor has a
--- record, `changed` when that is to be written, and the messages to add.
local inboxes = {}

local function open_inbox(actor)
  local inbox = inboxes[actor]
  if not inbox then
    local key = base .. 'a:' .. actor
    inbox = { read_record(key) }
    inbox.known = inbox[1] ~= nil
    if not inbox.known then
      inbox = { 0, 0, 0, 0, NONE, NONE, NONE, 0, 0, 0, 0, known = false }
    end
    inbox.key = key
    inbox.messages = {}
    inboxes[actor] = inbox
  end
  return inbox
end

--- Writes what was put into open inboxes: once per actor, however many messages it got.
local function close_inboxes()
  for actor, inbox in pairs(inboxes) do
    local messages = inbox.messages
    for i = 1, #messages, 1000 do
      call('RPUSH', base .. 'i:' .. actor, unpack(messages, i, math.min(i + 999, #messages)))
    end
    if inbox.changed then
      call('HSET', inbox.key, 'p', pack_record(unpack(inbox, 1, 11)))
    end
  end
  inboxes = {}
end

--- Accepts a message, or says why not; `close_inboxes` writes it. `id` may be ''. `force`: what cannot be refused any more is accepted
--- up to twice the limit and becomes a dead letter beyond it. `at`: as text, when it was accepted, if not now.
local function accept(actor, body, id, must_exist, limit, force, at)
  local inbox = open_inbox(actor)
  local n, c, lease = inbox[3], inbox[4], inbox[5]
  local refused
  if must_exist and inbox[9] == 0 then
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
  if not inbox.known and (force or not refused) then
    call('ZADD', base .. 'actors', '0', actor)
    inbox.known = true
    inbox.changed = true
  end
  if refused then
    count(2)
    if force then
      bury(actor, inbox.key, { body = body, acceptedAt = now, error = 'inbox full', attempts = 0 })
    end
    return refused
  end

  inbox.messages[#inbox.messages + 1] = (at or now_text) .. ' ' .. body
  inbox[3] = n + 1
  inbox.changed = true
  if n == c then
    if lease ~= NONE then
      call('SPUBLISH', base .. 'wake', 'i ' .. actor .. ' ' .. call('HGET', inbox.key, 'o'))
    elseif inbox[10] == 0 then
      local lane = inbox[8]
      local due, new_lane = rest_due(true, inbox[6], inbox[7])
      -- It was in lane 2 for its tick, or in none: where the lane stays, the time does too.
      if new_lane ~= lane then
        put_due(actor, lane, new_lane, due)
        note_wake(new_lane, due)
        inbox[8] = new_lane
      end
    end
  end
  return ACCEPTED
end

--- Accepts one message and writes it.
local function deliver(...)
  local result = accept(...)
  close_inboxes()
  return result
end
