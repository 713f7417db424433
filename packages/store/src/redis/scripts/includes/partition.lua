--- What every script starts from: the partition's key prefix and the time.
--- KEYS[1] is that prefix, `<prefix>:{p}:`. Every key a script touches is made from it, so all are in one Cluster slot. KEYS[2] never
--- exists: a Cluster that is moving the slot refuses two keys of which one is missing, and so never runs a script on half the data.
--- ARGV[1] now in ms, or '' for the server's own time; ARGV[2] the window of message ids, in ms;
--- ARGV[3] for how much longer than needed the server keeps what expires, in ms. A script's own arguments start at ARGV[4].

local call = redis.call
local base = KEYS[1]
local argv = ARGV
local now, now_us
if argv[1] == '' then
  local t = call('TIME')
  now_us = t[1] * 1000000 + t[2]
  now = math.floor(now_us / 1000)
else
  now = tonumber(argv[1])
  now_us = now * 1000
end
local id_window = tonumber(argv[2])
local grace = tonumber(argv[3])

--- Counts of this call: duplicates, full inboxes, dead letters, dead letters that fell off, sends to actors that are missing, presence
--- that expired, presence messages dropped because their actor is missing, suppressed publications. See counters.ts.
local stats = { 0, 0, 0, 0, 0, 0, 0, 0 }

local function count(what, by)
  stats[what] = stats[what] + (by or 1)
end

--- A number as text without loss: `..` keeps 14 digits only. Large numbers should be made text before they go into `call`, which
--- takes several times longer to do it.
local function text(n)
  if n == math.floor(n) then
    return string.format('%.0f', n)
  end
  return string.format('%.17g', n)
end
local now_text = text(now)
