--- @include partition
--- Ids of accepted messages, as sets of one window each: an id is found for one window at least and two at most.

local id_bucket = math.floor(now / id_window)
local id_sets

local function id_set(bucket)
  return base .. 'ids:' .. string.format('%.0f', bucket)
end

--- Whether a message with this id was accepted before; if not and `add`, remembers it.
local function seen(actor, id, add)
  if not id_sets then
    id_sets = {}
    -- The bucket ahead exists only after the clock went back.
    for _, bucket in ipairs({ id_bucket - 1, id_bucket + 1 }) do
      local key = id_set(bucket)
      if call('EXISTS', key) == 1 then
        id_sets[#id_sets + 1] = key
      end
    end
  end
  local member = actor .. ' ' .. id
  for i = 1, #id_sets do
    if call('SISMEMBER', id_sets[i], member) == 1 then
      return true
    end
  end
  local current = id_set(id_bucket)
  if not add then
    return call('SISMEMBER', current, member) == 1
  end
  if call('SADD', current, member) == 0 then
    return true
  end
  if not id_sets.kept then
    call('PEXPIRE', current, 2 * id_window + grace, 'NX')
    id_sets.kept = true
  end
  return false
end
