--- Takes a connection out of a channel.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua · ARGV[4] channel, [5] client
--- Returns stats.
--- @include presence

local channel, client = argv[4], argv[5]
local entry = read_entry(channel, client)
if entry then
  if entry.actor ~= '' then
    expire_user(channel, entry.user)
  end
  if entry.actor == '' or entry.expires > now then
    end_entry(channel, client, entry)
  end
end
finish()
return { stats }
