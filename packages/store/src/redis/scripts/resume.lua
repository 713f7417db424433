--- Makes a suspended actor active.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns 1, or 0 when it was not suspended.
--- @include settle

local key = base .. 'a:' .. argv[4]
local fence, version, n, c, _, wake, _, lane, has_state, suspended, has_meta = read_record(key)
if not fence or suspended == 0 then
  return 0
end
call('HDEL', key, 'x')
settle(argv[4], key, fence, version, n, c, wake, NONE, lane, has_state, 0, has_meta)
send_wakes()
return 1
