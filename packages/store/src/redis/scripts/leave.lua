--- Says that a member is going.
--- KEYS[1] key prefix of the members · ARGV[1..3] see includes/partition.lua · ARGV[4] id
--- @include partition

call('ZREM', base .. 'z', argv[4])
call('HDEL', base .. 'r', argv[4])
return 1
