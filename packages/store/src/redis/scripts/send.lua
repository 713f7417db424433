--- Accepts messages into inboxes of one partition, each a step of its own.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4…] per message: actor, body, id or '', '1' when the actor must exist else '0', inbox limit
--- Returns stats, then per message 1 accepted, 2 duplicate, 3 full, 4 no actor.
--- @include deliver

local names, ids = {}, {}
for i = 4, #argv, 5 do
  local id = argv[i + 2]
  names[#names + 1] = argv[i]
  if id ~= '' then
    ids[#ids + 1] = argv[i] .. ' ' .. id
  end
end
prefetch(names)
if #ids > 0 then
  look_up_ids(ids)
end
local out = { stats }
for i = 4, #argv, 5 do
  out[#out + 1] = accept(argv[i], argv[i + 1], argv[i + 2], argv[i + 3] == '1', tonumber(argv[i + 4]), false)
end
finish()
return out
