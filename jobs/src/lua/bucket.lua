-- bucket: one token bucket (GCRA) that all processes share, by Redis' clock, in microseconds. O(1). Stands alone.
-- KEYS: the bucket, a hash: `tat` theoretical arrival time, `until` no token before, `line` where those refused stand,
-- and `interval`, `burst` where they were set by hand instead of the caller's.
-- ARGV: 1 acquire | penalize | set | unset; 2 interval_us, 3 burst; acquire: 4 cost, 5 horizon_us; penalize: 4 after_us.
-- acquire answers 0 = granted, or after how many us to come again; penalize until when in us the bucket is blocked.
local call, bucket, action = redis.call, KEYS[1], ARGV[1]
local interval, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
if action == 'set' then
  call('HSET', bucket, 'interval', ARGV[2], 'burst', ARGV[3])
  call('PERSIST', bucket)
  return 0
end

local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local state = call('HMGET', bucket, 'tat', 'until', 'line', 'interval', 'burst')
local tat, blocked, line = tonumber(state[1] or '0'), tonumber(state[2] or '0'), tonumber(state[3] or '0')
if action == 'unset' then
  call('HDEL', bucket, 'interval', 'burst')
  state[4] = false
elseif state[4] then
  interval, burst = tonumber(state[4]), tonumber(state[5])
end

local function keep()
  call('HSET', bucket, 'tat', string.format('%.0f', tat), 'until', string.format('%.0f', blocked), 'line',
    string.format('%.0f', line))
  -- A bucket that is full, not blocked and waited for by nobody is the same as none.
  if not state[4] then call('PEXPIRE', bucket, math.ceil((math.max(tat, blocked, line) - now) / 1000) + 1) end
end

if action == 'unset' then
  -- Debt that a slower rate made is forgiven, as far as this rate would not have made it.
  tat = math.min(tat, math.max(now, blocked) + interval * burst)
  line = 0
  keep()
  return 0
elseif action == 'penalize' then
  blocked = math.max(blocked, now + tonumber(ARGV[4]))
  -- Then one token, and no burst: the other side has counted more than we have.
  tat = math.max(tat, blocked + (burst - 1) * interval)
  keep()
  return blocked - now
end

local cost, horizon = math.min(tonumber(ARGV[4]), burst), tonumber(ARGV[5])
tat = math.max(math.min(tat, math.max(now, blocked) + interval * burst), now)
local at = math.max(blocked, tat + (cost - burst) * interval)
if at <= now then
  tat = tat + cost * interval
  keep()
  return 0
end
-- Those refused are told times one after the other at the bucket's own pace: told the same time, all would come at once
-- and all but one be refused again. Beyond the horizon the line begins anew.
if line < at or line > now + horizon then line = at end
local mine = line
line = line + cost * interval
keep()
return mine - now
