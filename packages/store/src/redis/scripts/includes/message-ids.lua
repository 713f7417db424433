--- @include partition
--- Ids of accepted messages, as sets of one window each: an id is found for one window at least and two at most.

local id_bucket = math.floor(now / id_window)
local id_sets
--- What is known of `<actor> <id>`: whether it was accepted before.
local known_ids = {}
local new_ids = {}

local function id_set(bucket)
  return base .. 'ids:' .. string.format('%.0f', bucket)
end

--- Finds out about `<actor> <id>` of many messages at once.
local function look_up_ids(members)
  if not id_sets then
    id_sets = { id_set(id_bucket) }
    -- The bucket ahead exists only after the clock went back.
    for _, bucket in ipairs({ id_bucket - 1, id_bucket + 1 }) do
      local key = id_set(bucket)
      if call('EXISTS', key) == 1 then
        id_sets[#id_sets + 1] = key
      end
    end
  end
  for i = 1, #members, 1000 do
    local last = math.min(i + 999, #members)
    for s = 1, #id_sets do
      local found = call('SMISMEMBER', id_sets[s], unpack(members, i, last))
      for k = i, last do
        if s == 1 or found[k - i + 1] == 1 then
          known_ids[members[k]] = found[k - i + 1] == 1
        end
      end
    end
  end
end

--- Whether a message with this id was accepted before; if not and `add`, remembers it.
local function seen(actor, id, add)
  local member = actor .. ' ' .. id
  if known_ids[member] == nil then
    look_up_ids({ member })
  end
  if known_ids[member] then
    return true
  end
  if add then
    known_ids[member] = true
    new_ids[#new_ids + 1] = member
  end
  return false
end

local function save_ids()
  if #new_ids > 0 then
    local current = id_set(id_bucket)
    for i = 1, #new_ids, 1000 do
      call('SADD', current, unpack(new_ids, i, math.min(i + 999, #new_ids)))
    end
    call('PEXPIRE', current, 2 * id_window + grace, 'NX')
    new_ids = {}
  end
end
