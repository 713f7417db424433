--- @include partition
--- Fences, epochs and the numbers of an outbox.

--- The first of `n` numbers that this partition has never given out. It grows with time too, so that a replica that takes over
--- without the last writes does not give one out twice.
local function take_numbers(n)
  local key = base .. 'fence'
  local first = tonumber(call('GET', key) or '0') + 1
  if first < now_us then
    first = now_us
  end
  call('SET', key, string.format('%.0f', first + n - 1))
  return first
end
