--- Accepts messages into inboxes of one partition, each a step of its own.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] terms without an id (see includes/deliver.lua) · ARGV[5…] per message: actor, body, id or '', or the byte 1 and its own terms
--- Returns stats, then per message 1 accepted, 2 duplicate, 3 full, 4 no actor.
--- @include deliver

local all_must, all_limit = terms(argv[4] .. ' ')
local names, members = {}, {}
local count_of, m = 0, 0
for i = 5, #argv, 3 do
  count_of = count_of + 1
  names[count_of] = argv[i]
  local id = argv[i + 2]
  if id ~= '' and string.byte(id) ~= 1 then
    m = m + 1
    members[m] = argv[i] .. ' ' .. id
  end
end
prefetch(names)
look_up_ids(members)
local out = { stats }
for k = 1, count_of do
  local must_exist, limit, id = all_must, all_limit, argv[3 * k + 4]
  if string.byte(id) == 1 then
    must_exist, limit, id = terms(string.sub(id, 2))
  end
  out[k + 1] = accept(names[k], argv[3 * k + 3], id, must_exist, limit, false)
end
finish()
return out
