--- Reads the first messages of a held actor.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] fence, [6] the most messages
--- Returns false when the lease is no longer this one, else {first seq, messages}.
--- @include partition

local r = call('HMGET', base .. 'a:' .. argv[4], 'f', 'u', 'c')
if r[1] ~= argv[5] or not r[2] or r[2] == '' then
  return false
end
local most = tonumber(argv[6])
local messages = most > 0 and call('LRANGE', base .. 'i:' .. argv[4], 0, most - 1) or {}
return { tonumber(r[3]) + 1, messages }
