--- @include deliver
--- Who is in a channel. Hash `pr:<channel>`: client → `<expires> <user's length> <leave's length> <must exist> <actor>\n<user><leave><info>`;
--- the actor is '' where none is told. Hash `pu:<channel>`: user → connections; hash `pe:<channel>`: user → those that tell an actor.
--- Zsets of the partition, `<channel>\n<client>` → when it expires: `pexp` of what tells an actor, `pexq` of the rest.

local PRESENCE_LIMIT = 1000

--- Whether an actor has a state.
local function exists(actor)
  return record(actor)[HAS_STATE] == 1
end

local function read_entry(channel, client)
  local value = call('HGET', base .. 'pr:' .. channel, client)
  if not value then
    return nil
  end
  local expires, user, leave, must, actor, at = string.match(value, '^(%S+) (%d+) (%d+) (%d) (%S*)\n()')
  user, leave = tonumber(user), tonumber(leave)
  return {
    expires = tonumber(expires),
    user = string.sub(value, at, at + user - 1),
    leave = string.sub(value, at + user, at + user + leave - 1),
    info = string.sub(value, at + user + leave),
    must = must == '1',
    actor = actor,
  }
end

local function count_user(set, channel, user, by)
  local key = base .. set .. channel
  local left = call('HINCRBY', key, user, by)
  if left <= 0 then
    call('HDEL', key, user)
  end
  return left
end

--- Deletes an entry without telling anybody. How many connections that tell an actor the user has left.
local function delete_entry(channel, client, entry)
  local left = 0
  call('HDEL', base .. 'pr:' .. channel, client)
  count_user('pu:', channel, entry.user, -1)
  if entry.actor ~= '' then
    call('ZREM', base .. 'pexp', channel .. '\n' .. client)
    left = count_user('pe:', channel, entry.user, -1)
  else
    call('ZREM', base .. 'pexq', channel .. '\n' .. client)
  end
  return left
end

local function put_entry(channel, client, entry)
  local value = text(entry.expires) .. ' ' .. #entry.user .. ' ' .. #entry.leave .. ' ' .. (entry.must and '1' or '0') .. ' ' .. entry.actor
    .. '\n' .. entry.user .. entry.leave .. entry.info
  call('HSET', base .. 'pr:' .. channel, client, value)
  call('HINCRBY', base .. 'pu:' .. channel, entry.user, 1)
  if entry.actor ~= '' then
    call('HINCRBY', base .. 'pe:' .. channel, entry.user, 1)
    call('ZADD', base .. 'pexp', entry.expires, channel .. '\n' .. client)
  else
    call('ZADD', base .. 'pexq', entry.expires, channel .. '\n' .. client)
  end
end

--- A message about presence: it cannot be refused.
local function tell(entry, message)
  if entry.must and not exists(entry.actor) then
    count(7)
  else
    accept(entry.actor, message, '', entry.must, PRESENCE_LIMIT, true)
  end
end

--- Ends an entry; the user's last one tells the actor.
local function end_entry(channel, client, entry)
  local left = delete_entry(channel, client, entry)
  if entry.actor ~= '' and left <= 0 then
    tell(entry, entry.leave)
  end
end

--- The expired entries of a set as pairs of channel and client, the first to expire first; `limit` nil for all.
local function expired_in(set, limit)
  local members
  if limit then
    members = call('ZRANGEBYSCORE', base .. set, '-inf', now, 'LIMIT', 0, limit)
  else
    members = call('ZRANGEBYSCORE', base .. set, '-inf', now)
  end
  local pairs_of = {}
  for i = 1, #members do
    local channel, client = string.match(members[i], '^(.*)\n([^\n]*)$')
    pairs_of[i] = { channel, client }
  end
  return pairs_of
end

--- Ends what has expired in one of the partition's sets, a bounded number per call.
local function expire_presence(set, limit)
  for _, of in ipairs(expired_in(set, limit)) do
    local entry = read_entry(of[1], of[2])
    if entry then
      end_entry(of[1], of[2], entry)
    else
      call('ZREM', base .. set, of[1] .. '\n' .. of[2])
    end
    count(6)
  end
end

--- What has expired and tells an actor, read once per call: `<channel>\n<user>` → clients.
local expired_clients

local function index_expired()
  expired_clients = {}
  for _, of in ipairs(expired_in('pexp')) do
    local entry = read_entry(of[1], of[2])
    if entry then
      local key = of[1] .. '\n' .. entry.user
      local clients = expired_clients[key] or {}
      clients[#clients + 1] = of[2]
      expired_clients[key] = clients
    end
  end
end

--- Ends what has expired of one user's presence and was not told yet. Where many have expired at once, and come back, the first of
--- them ends the most of it for all, so that what is left to look through shrinks with every call.
local function expire_user(channel, user)
  if call('HEXISTS', base .. 'pe:' .. channel, user) == 0 then
    return
  end
  if not expired_clients then
    expire_presence('pexp', 500)
    index_expired()
  end
  local key = channel .. '\n' .. user
  for _, client in ipairs(expired_clients[key] or {}) do
    local entry = read_entry(channel, client)
    -- This call may have renewed it, or replaced it by another's.
    if entry and entry.user == user and entry.actor ~= '' and entry.expires <= now then
      end_entry(channel, client, entry)
      count(6)
    end
  end
  expired_clients[key] = nil
end

--- The earliest expiry of which an actor will be told, or nil.
local function next_expiry()
  return tonumber(call('ZRANGE', base .. 'pexp', 0, 0, 'WITHSCORES')[2])
end
