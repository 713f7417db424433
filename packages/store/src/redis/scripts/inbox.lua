--- Reads the first messages of a held actor.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] fence, [6] the most messages
--- Returns false when the lease is no longer this one, else {first seq, messages}.
--- @include actor

local fence, _, _, c, lease = read_record(base .. 'a:' .. argv[4])
if not fence or fence ~= tonumber(argv[5]) or lease == NONE then
  return false
end
local most = tonumber(argv[6])
return { c + 1, most > 0 and call('LRANGE', base .. 'i:' .. argv[4], 0, most - 1) or {} }
