--- Reads an actor for people.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns false, or {version, fence, state, meta, suspended, wake, hold, holder, lease end, inbox length, dead letters}.
--- @include partition

local actor = argv[4]
local r = call('HMGET', base .. 'a:' .. actor, 'v', 'f', 's', 'm', 'x', 'w', 'h', 'o', 'u', 'n', 'c')
local waiting = (tonumber(r[10]) or 0) - (tonumber(r[11]) or 0)
local dead = call('ZCARD', base .. 'dl:' .. actor)
if not r[3] and waiting == 0 and dead == 0 then
  return false
end
return { r[1] or '0', r[2] or '0', r[3], r[4], r[5], r[6], r[7], r[8], r[9], waiting, dead }
