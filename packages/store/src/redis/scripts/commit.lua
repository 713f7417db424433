--- Applies turns of actors of one partition, each whole or not at all.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] how many history policies follow, each: size, ttl and meta ttl in ms
--- then per commit: how many arguments it has after this one, actor, fence, version, what becomes of the state ('s' set, 'd' delete,
--- 'k' keep), state, consumed through or '', wake or '', what becomes of the lease ('r' release, 'k' keep, 'm' keep if messages), ms, the
--- most messages to return; then what it has of these:
---   'm' meta · 'h' hold · 'x' suspend reason
---   'd' seq error attempts (dead letter) · 'f' channel (forget) · 'p' channel policy body (publication; policies count from 1)
---   's' actor body id must-exist limit (message) · 'o' partition-and-effect (for the outbox)
--- Returns stats, now, 1 when something is in the outbox else 0, then per commit 1, lease end or 0, inbox length and, where the lease
--- is kept, first seq and messages; or 2 stale fence; or 3 stale version.
--- @include deliver
--- @include channel
--- @include outbox

local i = 5
local policies = {}
for p = 1, tonumber(argv[4]) do
  policies[p] = { tonumber(argv[i]), tonumber(argv[i + 1]), tonumber(argv[i + 2]) }
  i = i + 3
end

local out = { stats, now, 0 }
local total = #argv
local lease_texts = {}

local function dead_letter(actor, r, at, index)
  local message = message_at(actor, r, index)
  if message then
    local space = string.find(message, ' ', 1, true)
    bury(actor, {
      body = string.sub(message, space + 1),
      acceptedAt = tonumber(string.sub(message, 1, space - 1)),
      error = argv[at + 2],
      attempts = tonumber(argv[at + 3]),
    })
  end
end

local names = {}
local from = i
while i <= total do
  names[#names + 1] = argv[i + 1]
  i = i + tonumber(argv[i]) + 1
end
prefetch(names)

i = from
while i <= total do
  local stop = i + tonumber(argv[i])
  local actor = argv[i + 1]
  local r = actors[actor]
  if r.missing or r.lease == NONE or r.fence ~= tonumber(argv[i + 2]) then
    out[#out + 1] = 2
  elseif r.version ~= tonumber(argv[i + 3]) then
    out[#out + 1] = 3
  else
    local through = tonumber(argv[i + 6]) or r.c
    if through > r.n then
      through = r.n
    elseif through < r.c then
      through = r.c
    end
    local op, old_lane, old_lease = argv[i + 4], r.lane, r.lease
    local meta, hold, suspend
    change(actor, r)
    if op == 's' then
      r.has_state = 1
      r.state = argv[i + 5]
    elseif op == 'd' then
      r.has_state = 0
      r.state = false
    end
    local outbox

    local a = i + 11
    while a <= stop do
      local kind = argv[a]
      if kind == 'p' then
        local channel, which = argv[a + 1], argv[a + 2]
        local bodies = { argv[a + 3] }
        a = a + 4
        while argv[a] == 'p' and a <= stop and argv[a + 1] == channel and argv[a + 2] == which do
          bodies[#bodies + 1] = argv[a + 3]
          a = a + 4
        end
        local policy = policies[tonumber(which)]
        publish(channel, bodies, '', policy[1], policy[2], policy[3])
      elseif kind == 's' then
        if argv[a + 1] ~= actor then
          accept(argv[a + 1], argv[a + 2], argv[a + 3], argv[a + 4] == '1', tonumber(argv[a + 5]), true)
        elseif argv[a + 4] == '1' and r.has_state == 0 then
          count(5)
        elseif argv[a + 3] ~= '' and seen(actor, argv[a + 3], true) then
          count(1)
        elseif r.n - through >= 2 * tonumber(argv[a + 5]) then
          count(2)
          bury(actor, { body = argv[a + 2], acceptedAt = now, error = 'inbox full', attempts = 0 })
        else
          add_message(r, now_text .. ' ' .. argv[a + 2])
        end
        a = a + 6
      elseif kind == 'o' then
        outbox = outbox or {}
        outbox[#outbox + 1] = argv[a + 1]
        a = a + 2
      elseif kind == 'd' then
        local seq = tonumber(argv[a + 1])
        if seq > r.c and seq <= through then
          dead_letter(actor, r, a, seq - r.c - 1)
        end
        a = a + 4
      else
        local value = argv[a + 1]
        if kind == 'm' then
          meta = value
        elseif kind == 'h' then
          hold = tonumber(value)
        elseif kind == 'x' then
          suspend = value
        else
          forget(value)
        end
        a = a + 2
      end
    end
    if outbox then
      to_outbox(outbox)
      out[3] = 1
    end
    if through > r.c then
      consume(actor, r, through)
    end

    local has = r.n > through
    local wake = tonumber(argv[i + 7]) or NONE
    hold = hold or NONE
    local lane, due, lease_end, due_text = 0, NONE, NONE, nil
    if not suspend then
      local wish = argv[i + 8]
      -- Not where it deletes: a version that starts over under the same fence would let a repeated commit apply again.
      if op ~= 'd' and (wish == 'k' or (wish == 'm' and has and hold <= now)) then
        local ms = argv[i + 9]
        due = now + tonumber(ms)
        due_text = lease_texts[ms]
        if not due_text then
          due_text = text(due)
          lease_texts[ms] = due_text
        end
        lease_end = due
        lane = (wake ~= NONE and not has) and 2 or 1
      else
        due, lane = rest_due(has, wake, hold)
        if lane == 2 then
          due_text = argv[i + 7]
        end
      end
    end

    local left = r.n - through
    if r.has_state == 0 and not has and wake == NONE and lease_end == NONE and call('EXISTS', base .. 'dl:' .. actor) == 0 then
      erase(actor, r)
    else
      r.version = op == 'd' and 0 or r.version + 1
      r.lease, r.wake, r.hold = lease_end, wake, hold
      set_meta(r, meta)
      if suspend then
        r.suspended = 1
        call('SET', base .. 'x:' .. actor, suspend)
      end
      schedule(r, lane, due, due_text)
      if lease_end == NONE and lane ~= 0 and (lane ~= old_lane or due < old_lease) then
        note_wake(lane, due)
      end
    end

    local o = #out
    out[o + 1] = 1
    out[o + 2] = lease_end == NONE and 0 or lease_end
    out[o + 3] = left
    if lease_end ~= NONE then
      out[o + 4] = through + 1
      out[o + 5] = has and first_messages(actor, r, tonumber(argv[i + 10])) or {}
    end
  end
  i = stop + 1
end
finish()
return out
