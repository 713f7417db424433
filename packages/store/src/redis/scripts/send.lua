--- Accepts messages into inboxes of one partition, each a step of its own.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4…] per message: actor, body, terms (see includes/deliver.lua)
--- Returns stats, then per message 1 accepted, 2 duplicate, 3 full, 4 no actor.
--- @include deliver

local names, ids, members, must_exist, limits = {}, {}, {}, {}, {}
local m = 0
for i = 4, #argv, 3 do
  local k = #names + 1
  names[k] = argv[i]
  must_exist[k], limits[k], ids[k] = terms(argv[i + 2])
  if ids[k] ~= '' then
    m = m + 1
    members[m] = argv[i] .. ' ' .. ids[k]
  end
end
prefetch(names)
if m > 0 then
  look_up_ids(members)
end
local out = { stats }
for k = 1, #names do
  out[k + 1] = accept(names[k], argv[3 * k + 2], ids[k], must_exist[k], limits[k], false)
end
finish()
return out
