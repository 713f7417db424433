--- Reads an actor for people.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns false, or {version, fence, state, meta, suspended, wake, hold, holder, lease end, inbox length, dead letters}; no time is ''.
--- @include actor

local actor = argv[4]
local r = record(actor)
local dead = call('ZCARD', base .. 'dl:' .. actor)
if r[MISSING] or (r[HAS_STATE] == 0 and r[LAST] == r[CONSUMED] and dead == 0) then
  return false
end
local function time(at)
  return at == NONE and '' or text(at)
end
return {
  text(r[VERSION]), text(r[FENCE]), call('GET', base .. 's:' .. actor), meta_of(r), r[SUSPENDED] == 1 and call('GET', base .. 'x:' .. actor),
  time(r[WAKE]), time(r[HOLD]), r[HOLDER] > 0 and holder_of(r), time(r[LEASE]), r[LAST] - r[CONSUMED], dead
}
