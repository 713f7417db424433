--- Gives leases of one partition back; stale ones are ignored.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4…] per lease: actor, fence
--- Returns stats.
--- @include settle

local names = {}
for i = 4, #argv, 2 do
  names[#names + 1] = argv[i]
end
prefetch(names)
for i = 4, #argv, 2 do
  local r = record(argv[i])
  if not r[MISSING] and r[FENCE] == tonumber(argv[i + 1]) and r[LEASE] ~= NONE then
    settle(argv[i], r)
  end
end
save_actors()
send_wakes()
return { stats }
