--- Takes up to so many tokens as every bucket of a key has. Hash `tb:<key>`: number of the bucket → when it is full again, in ms.
--- KEYS[1] partition prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] key, [5] how many are wanted, then for each bucket
--- its rate and its interval in ms
--- Returns {granted, ms until there is one}.
--- @include partition

local key = base .. 'tb:' .. argv[4]
local granted = tonumber(argv[5])
local buckets, wait = {}, 0
for i = 6, #argv, 2 do
  local rate, interval = tonumber(argv[i]), tonumber(argv[i + 1])
  local step = interval / rate
  local full = math.max(tonumber(call('HGET', key, i) or '0'), now)
  -- What doubles lose when such times are added up must not cost a token.
  local there = math.floor((now + interval - full) / step + 0.001)
  if there < 1 then
    wait = math.max(wait, math.ceil(full + step - interval - now))
  end
  granted = math.min(granted, there)
  buckets[#buckets + 1] = { i, full, step }
end
if granted < 1 then
  return { 0, math.max(wait, 1) }
end
local last = now
for i = 1, #buckets do
  local field, full, step = buckets[i][1], buckets[i][2], buckets[i][3]
  local ends = full + granted * step
  call('HSET', key, field, text(ends))
  last = math.max(last, ends)
end
call('PEXPIRE', key, text(math.ceil(last - now) + grace))
return { granted, 0 }
