--- Gives leases of one partition back; stale ones are ignored.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4…] per lease: actor, fence
--- Returns stats.
--- @include actor

for i = 4, #argv, 2 do
  local key = base .. 'a:' .. argv[i]
  local r = call('HMGET', key, 'f', 'u')
  if r[1] == argv[i + 1] and r[2] and r[2] ~= '' then
    call('HSET', key, 'u', '')
    settle(argv[i])
  end
end
send_wakes()
return { stats }
