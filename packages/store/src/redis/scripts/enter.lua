--- Adds or refreshes connections in channels of one partition, each a step of its own.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4…] per connection: channel, client, user, info, ttl in ms, actor to tell or '', enter message, leave message,
--- '1' when the actor must exist else '0'
--- Returns stats, then per connection 1 entered, 2 updated, 3 no actor.
--- @include presence

local out = { stats }
expire_presence('pexq', 100)
local before = next_expiry()
for i = 4, #argv, 9 do
  local channel, client = argv[i], argv[i + 1]
  local new = {
    user = argv[i + 2],
    info = argv[i + 3],
    expires = now + tonumber(argv[i + 4]),
    actor = argv[i + 5],
    leave = argv[i + 7],
    must = argv[i + 8] == '1',
  }
  local tells = new.actor ~= ''
  if tells and new.must and not exists(new.actor) then
    out[#out + 1] = 3
  else
    local old = read_entry(channel, client)
    local lives = old and old.expires > now
    if old and old.actor ~= '' then
      expire_user(channel, old.user)
      if lives and not (old.user == new.user and old.actor == new.actor) then
        end_entry(channel, client, old)
        old = nil
      elseif not lives then
        old = nil
      end
    end
    local enters = false
    if tells then
      expire_user(channel, new.user)
      enters = call('HEXISTS', base .. 'pe:' .. channel, new.user) == 0
    end
    if old then
      delete_entry(channel, client, old)
    end
    put_entry(channel, client, new)
    if enters then
      tell(new, argv[i + 6])
    end
    out[#out + 1] = lives and 2 or 1
  end
end
local after = next_expiry()
if after and (not before or after < before) then
  note_wake(1, after)
end
finish()
return out
