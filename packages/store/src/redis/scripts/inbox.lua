--- Reads the first messages of a held actor.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor, [5] fence, [6] the most messages
--- Returns false when the lease is no longer this one, else {first seq, messages}.
--- @include actor

local r = record(argv[4])
if r[MISSING] or r[FENCE] ~= tonumber(argv[5]) or r[LEASE] == NONE then
  return false
end
return { r[CONSUMED] + 1, first_messages(argv[4], r, tonumber(argv[6])) }
