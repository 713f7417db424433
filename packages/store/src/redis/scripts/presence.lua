--- Who is in a channel. What has expired is left out but stays: telling the actor is the claim's work.
--- KEYS[1] key prefix · ARGV[1..3] see includes/partition.lua
--- ARGV[4] channel, [5] '1' for the entries else '0' for how many
--- Returns {client, user, info, …}, or {clients, users}.
--- @include presence

local channel, listing = argv[4], argv[5] == '1'
local people = base .. 'pr:' .. channel
local function none_expired(set)
  return #call('ZRANGEBYSCORE', base .. set, '-inf', now, 'LIMIT', 0, 1) == 0
end
if not listing and none_expired('pexp') and none_expired('pexq') then
  return { call('HLEN', people), call('HLEN', base .. 'pu:' .. channel) }
end
local out, users, seen_users = {}, 0, {}
for _, client in ipairs(call('HKEYS', people)) do
  local entry = read_entry(channel, client)
  if entry.expires > now then
    out[#out + 1] = client
    out[#out + 1] = entry.user
    out[#out + 1] = entry.info
    if not seen_users[entry.user] then
      seen_users[entry.user] = true
      users = users + 1
    end
  end
end
return listing and out or { #out / 3, users }
