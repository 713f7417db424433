--- Makes a suspended actor active.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] actor
--- Returns 1, or 0 when it was not suspended.
--- @include actor

local key = base .. 'a:' .. argv[4]
local reason = call('HGET', key, 'x')
if not reason or reason == '' then
  return 0
end
call('HSET', key, 'x', '', 'h', '')
settle(argv[4])
send_wakes()
return 1
