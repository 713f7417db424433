--- @include due
--- @include numbers
--- What waits to be applied in other partitions. List `ob` of `<number> <partition> <effect>`; the numbers grow and never repeat.
--- While it is not empty, the member '@outbox' of `due:m` makes sure that some process relays it.

local OUTBOX_MEMBER = '@outbox'
local OUTBOX_PATIENCE = 1000

local function to_outbox(effects)
  local first = take_numbers(#effects)
  for i = 1, #effects do
    effects[i] = string.format('%.0f', first + i - 1) .. ' ' .. effects[i]
  end
  for i = 1, #effects, 1000 do
    call('RPUSH', base .. 'ob', unpack(effects, i, math.min(i + 999, #effects)))
  end
  if call('ZADD', LANES[1], 'NX', text(now + OUTBOX_PATIENCE), OUTBOX_MEMBER) == 1 then
    note_wake(1, now + OUTBOX_PATIENCE)
  end
end
