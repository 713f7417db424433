--- Makes a suspended actor active.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns 1, or 0 when it was not suspended.
--- @include settle

local actor = argv[4]
local r = record(actor)
if r[SUSPENDED] == 0 then
  return 0
end
call('DEL', base .. 'x:' .. actor)
r[SUSPENDED] = 0
r[HOLD] = NONE
settle(actor, r)
save_actors()
send_wakes()
return 1
