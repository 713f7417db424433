--- Gives leases of one partition back; stale ones are ignored.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4…] per lease: actor, fence
--- Returns stats.
--- @include settle

for i = 4, #argv, 2 do
  local key = base .. 'a:' .. argv[i]
  local fence, version, n, c, lease, wake, hold, lane, has_state, suspended, has_meta = read_record(key)
  if fence and fence == tonumber(argv[i + 1]) and lease ~= NONE then
    settle(argv[i], key, fence, version, n, c, wake, hold, lane, has_state, suspended, has_meta)
  end
end
send_wakes()
return { stats }
