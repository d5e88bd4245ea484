-- counts: how many jobs are in each state, and the counters. O(1) plus a bounded look at lanes.
-- ARGV: 2 lanes looked at for the oldest waiting job.
-- Returns: now_ms, stored, delayed, running, dead, active lanes, paused (0 or 1), oldest waiting id ('' = none), then
-- the counters as name, value.
local oldest = ''
local lanes = call('LRANGE', RING, 0, tonumber(ARGV[2]) - 1)
for i = 1, #lanes do
  local heads = call('LRANGE', LANE .. lanes[i], 0, 3)
  for h = 1, #heads do
    local id = sub(heads[h], 1, 26)
    if id ~= NOBODY then
      -- ULIDs sort by the time they were made.
      if oldest == '' or id < oldest then oldest = id end
      break
    end
  end
end
local reply = { now, call('HLEN', JOBS), call('ZCARD', DELAYED), call('HLEN', RUNNING), call('ZCARD', DEAD),
  call('LLEN', RING), call('EXISTS', PAUSED), oldest }
local stats = call('HGETALL', STATS)
for i = 1, #stats do reply[#reply + 1] = stats[i] end
return reply
