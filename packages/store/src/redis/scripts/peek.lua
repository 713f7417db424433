--- Reads an actor for people.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns false, or {version, fence, state, meta, suspended, wake, hold, holder, lease end, inbox length, dead letters}; no time is ''.
--- @include actor

local key = base .. 'a:' .. argv[4]
local fence, version, n, c, lease, wake, hold, _, has_state, suspended = read_record(key)
local dead = call('ZCARD', base .. 'dl:' .. argv[4])
if not fence or (has_state == 0 and n == c and dead == 0) then
  return false
end
local function time(at)
  return at == NONE and '' or text(at)
end
local r = call('HMGET', key, 's', 'm', 'x', 'o')
return {
  text(version), text(fence), r[1], r[2], suspended == 1 and r[3], time(wake), time(hold), r[4], time(lease), n - c, dead
}
