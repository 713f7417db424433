--- Applies turns of actors of one partition, each whole or not at all.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] how many history policies follow, each: size, ttl and meta ttl in ms
--- then per commit: how many arguments it has after this one, actor, head, state, and what it has of these:
---   'm' meta · 'h' hold · 'x' suspend reason
---   'd' seq error attempts (dead letter) · 'f' channel (forget) · 'p<policy>' channel count body… (publications; policies count from 1)
---   's' actor body terms (message; see includes/deliver.lua) · 'o' partition-and-effect (for the outbox)
--- The head is, with a space between: fence, version, what becomes of the state ('s' set, 'd' delete, 'k' keep), consumed through or '', wake
--- or '', what becomes of the lease ('r' release, 'k' keep, 'm' keep if messages), ms and the most messages to return, or '' and ''.
--- Returns stats, now, 1 when something is in the outbox else 0, then per commit 1, lease end or 0, inbox length and, where the lease
--- is kept, first seq and messages; or 2 stale fence; or 3 stale version.
--- @include deliver
--- @include channel
--- @include outbox

local i = 5
local policies = {}
for p = 1, tonumber(argv[4]) do
  policies['p' .. p] = { tonumber(argv[i]), tonumber(argv[i + 1]), tonumber(argv[i + 2]) }
  i = i + 3
end

local out = { stats, now, 0 }
local total = #argv
local lease_texts = {}
local HEAD_PATTERN = '^(%S+) (%S+) (%a) (%S*) (%S*) (%a) (%S*) (%S*)$'

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
  local fence, version, op, through, wake_text, wish, ms, most = string.match(argv[i + 2], HEAD_PATTERN)
  if r[MISSING] or r[LEASE] == NONE or r[FENCE] ~= tonumber(fence) then
    out[#out + 1] = 2
  elseif r[VERSION] ~= tonumber(version) then
    out[#out + 1] = 3
  else
    through = tonumber(through) or r[CONSUMED]
    if through > r[LAST] then
      through = r[LAST]
    elseif through < r[CONSUMED] then
      through = r[CONSUMED]
    end
    local old_lane, old_lease = r[LANE], r[LEASE]
    local meta, hold, suspend
    change(actor, r)
    if op == 's' then
      r[HAS_STATE] = 1
      r[STATE] = argv[i + 3]
    elseif op == 'd' then
      r[HAS_STATE] = 0
      r[STATE] = false
    end
    local outbox

    local a = i + 4
    while a <= stop do
      local kind = argv[a]
      local policy = policies[kind]
      if policy then
        local bodies, bodies_count = {}, tonumber(argv[a + 2])
        for b = 1, bodies_count do
          bodies[b] = argv[a + 2 + b]
        end
        publish(argv[a + 1], bodies, '', policy[1], policy[2], policy[3])
        a = a + 3 + bodies_count
      elseif kind == 's' then
        local must_exist, limit, id = terms(argv[a + 3])
        if argv[a + 1] ~= actor then
          accept(argv[a + 1], argv[a + 2], id, must_exist, limit, true)
        elseif must_exist and r[HAS_STATE] == 0 then
          count(5)
        elseif id ~= '' and seen(actor, id, true) then
          count(1)
        elseif r[LAST] - through >= 2 * limit then
          count(2)
          bury(actor, { body = argv[a + 2], acceptedAt = now, error = 'inbox full', attempts = 0 })
        else
          add_message(r, now_text .. ' ' .. argv[a + 2])
        end
        a = a + 4
      elseif kind == 'o' then
        outbox = outbox or {}
        outbox[#outbox + 1] = argv[a + 1]
        a = a + 2
      elseif kind == 'd' then
        local seq = tonumber(argv[a + 1])
        if seq > r[CONSUMED] and seq <= through then
          dead_letter(actor, r, a, seq - r[CONSUMED] - 1)
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
    if through > r[CONSUMED] then
      consume(actor, r, through)
    end

    local has = r[LAST] > through
    local wake = tonumber(wake_text) or NONE
    hold = hold or NONE
    local lane, due, lease_end, due_text = 0, NONE, NONE, nil
    if not suspend then
      -- Not where it deletes: a version that starts over under the same fence would let a repeated commit apply again.
      if op ~= 'd' and (wish == 'k' or (wish == 'm' and has and hold <= now)) then
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
          due_text = wake_text
        end
      end
    end

    local left = r[LAST] - through
    if r[HAS_STATE] == 0 and not has and wake == NONE and lease_end == NONE and call('EXISTS', base .. 'dl:' .. actor) == 0 then
      erase(actor, r)
    else
      r[VERSION] = op == 'd' and 0 or r[VERSION] + 1
      r[LEASE], r[WAKE], r[HOLD] = lease_end, wake, hold
      set_meta(r, meta)
      if suspend then
        r[SUSPENDED] = 1
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
      out[o + 5] = has and first_messages(actor, r, tonumber(most)) or {}
    end
  end
  i = stop + 1
end
finish()
return out
