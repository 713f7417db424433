--- Says that a member lives, and who else does. Zset `z`: member → until when; hash `r`: member → roles.
--- KEYS[1] key prefix of the members · ARGV[1..3] see includes/partition.lua · ARGV[4] id, [5] roles, [6] ttl in ms
--- Returns {now, id, roles, id, roles, …} in the order of ids.
--- @include partition

local ends, roles = base .. 'z', base .. 'r'
local gone = call('ZRANGEBYSCORE', ends, '-inf', now)
for i = 1, #gone do
  call('HDEL', roles, gone[i])
end
call('ZREMRANGEBYSCORE', ends, '-inf', now)
call('ZADD', ends, now + tonumber(argv[6]), argv[4])
call('HSET', roles, argv[4], argv[5])
local ids = call('ZRANGE', ends, 0, -1)
table.sort(ids)
local out = { now }
for i = 1, #ids do
  out[#out + 1] = ids[i]
  out[#out + 1] = call('HGET', roles, ids[i])
end
return out
