-- bucket: one token bucket (GCRA) that all processes share, by Redis' clock, in microseconds. O(1). Stands alone.
-- KEYS: the bucket, a hash: `tat` theoretical arrival time, `until` no token before that time, `line` the time after the last one
-- given to a caller that was refused; and the bucket's own rate, if it has one: `interval`, `burst`, and `by`, which is `hand`
-- where an operator set it and `partner` where the partner reported it.
-- ARGV: 1 acquire | penalize | reconcile | set | unset; 2 interval_us, 3 burst: the rate of a bucket without one of its own.
-- acquire: 4 cost, 5 horizon_us. Returns 0 where the tokens are taken, the us after which to ask again, or, where the cost is more
--   than a full bucket, the negative burst.
-- penalize: 4 after_us. Returns for how many us the bucket is blocked.
-- reconcile: 4 tokens taken and not used (negative: used and not taken), 5 tokens left according to the partner ('' unknown),
--   6 interval_us and 7 burst that the partner reports ('' unknown), 8 ms for which a reported rate is kept.
local call, bucket, action = redis.call, KEYS[1], ARGV[1]
local interval, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
if action == 'set' then
  call('HSET', bucket, 'interval', ARGV[2], 'burst', ARGV[3], 'by', 'hand')
  call('PERSIST', bucket)
  return 0
end

local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local state = call('HMGET', bucket, 'tat', 'until', 'line', 'interval', 'burst', 'by')
local tat, blocked, line, by = tonumber(state[1] or '0'), tonumber(state[2] or '0'), tonumber(state[3] or '0'), state[6]
local cost_max = burst
if action == 'unset' then
  call('HDEL', bucket, 'interval', 'burst', 'by')
  by = false
elseif by then
  interval, burst = tonumber(state[4]), tonumber(state[5])
  cost_max = math.max(cost_max, burst)
end

local function keep(own_rate_ms)
  call('HSET', bucket, 'tat', string.format('%.0f', tat), 'until', string.format('%.0f', blocked), 'line',
    string.format('%.0f', line))
  -- A bucket that is full, not blocked and waited for by nobody is the same as none; a rate set by hand stays.
  local idle_ms = math.ceil((math.max(tat, blocked, line) - now) / 1000) + 1
  if not by then
    call('PEXPIRE', bucket, math.max(idle_ms, 1))
  elseif own_rate_ms then
    call('PEXPIRE', bucket, math.max(idle_ms, own_rate_ms))
  end
end

if action == 'unset' then
  -- Debt that a slower rate made is forgiven, as far as this rate would not have made it.
  tat = math.min(tat, math.max(now, blocked) + interval * burst)
  line = 0
  keep()
  return 0
elseif action == 'penalize' then
  blocked = math.max(blocked, now + tonumber(ARGV[4]))
  -- Then one token, and no burst: the partner has counted more than we have.
  tat = math.max(tat, blocked + (burst - 1) * interval)
  keep()
  return blocked - now
elseif action == 'reconcile' then
  local unused, left, own_rate_ms = tonumber(ARGV[4]), tonumber(ARGV[5]), nil
  if ARGV[6] ~= '' and by ~= 'hand' then
    own_rate_ms = tonumber(ARGV[8])
    if not by or interval ~= tonumber(ARGV[6]) or burst ~= tonumber(ARGV[7]) then
      -- Tokens that are owed stay owed, at the new rate.
      local owed = math.max(0, tat - now) / interval
      interval, burst, by, line = tonumber(ARGV[6]), tonumber(ARGV[7]), 'partner', 0
      tat = now + owed * interval
      call('HSET', bucket, 'interval', ARGV[6], 'burst', ARGV[7], 'by', by)
    end
  end
  tat = math.max(tat, now) - unused * interval
  -- The partner knows best what it has counted so far; calls under way, which it has not, are in our count.
  if left then tat = math.max(tat, now + (burst - math.min(left, burst)) * interval) end
  tat = math.min(tat, math.max(now, blocked) + interval * burst)
  keep(own_rate_ms)
  return 0
end

local cost, horizon = tonumber(ARGV[4]), tonumber(ARGV[5])
if cost > cost_max then return -cost_max end
cost = math.min(cost, burst)
tat = math.max(math.min(tat, math.max(now, blocked) + interval * burst), now)
local at = math.max(blocked, tat + (cost - burst) * interval)
if at <= now then
  tat = tat + cost * interval
  keep()
  return 0
end
-- Those refused are given times one after the other at the bucket's own pace: given the same time, all would come at once
-- and all but one be refused again. Beyond the horizon the line begins anew.
if line < at or line > now + horizon then line = at end
local mine = line
line = line + cost * interval
keep()
return mine - now
