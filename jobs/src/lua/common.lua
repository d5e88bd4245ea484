-- Put in front of every script. Names the keys (every script declares them all, in this order) and the clock.
-- KEYS: jobs ring delayed leases running tries dead dead_details stats done waiters halted settings paused turn token seen workers parked
-- held tallies cancels
-- ARGV[1] is the queue's prefix `{queue}:`. Keys of lanes, claims, idempotency keys and buckets of figures are derived from it
-- in the scripts, as their names are known only there; the hash tag puts them on the same Cluster slot as the declared ones.
-- One claim is one lease: `leases` holds fencing tokens by deadline, `claim:{token}` what was claimed under it, `running`
-- `token|attempt|rescues` for each job, with `|c` at its end where it is counted in `held`.
-- `tries` holds what is known of a job's earlier runs: `attempts|rescues|may run since (ms)`, and for one that was snoozed
-- and not retried since, `|first snooze (ms)|snoozes`.
-- A lane is in `ring` while it has jobs that may be claimed; in `parked` (by the ms when it may go on, or inf) while it has
-- jobs and its rate or its cap forbids another; in neither while it is halted or empty. `held` counts the running jobs
-- of lanes with a cap. `settings` holds `weight:{lane}`, `rate:{lane}`, `cap:{lane}`, and for the queue `cap`, `lane_rate`,
-- `lane_cap`; a rate is `interval_us|burst`.
-- A job reference is `<ULID>/<lane>`: the lane is read from the reference, without a look-up. One of zeros is what is left in
-- a lane of a job that was taken out of it.
local call, sub, unpack, floor = redis.call, string.sub, unpack, math.floor
local JOBS, RING, DELAYED, LEASES, RUNNING, TRIES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local DEAD, DEAD_DETAILS, STATS, DONE, WAITERS, HALTED = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local SETTINGS, PAUSED, TURN, TOKEN, SEEN, WORKERS = KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[18]
local PARKED, HELD, TALLIES, CANCELS = KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local PREFIX = ARGV[1]
local LANE, CLAIMED, TAT = PREFIX .. 'lane:', PREFIX .. 'claim:', PREFIX .. 'tat:'
local time = call('TIME')
local now = time[1] * 1000 + floor(time[2] / 1000)
local NOBODY = '00000000000000000000000000'

-- How many jobs of each lane are delayed (`d/`), dead (`x/`), or only a hole in it (`g/`). None: no entry.
local function tally(state, refs, by)
  local sums = {}
  for i = 1, #refs do
    local field = state .. sub(refs[i], 28)
    sums[field] = (sums[field] or 0) + by
  end
  for field, sum in pairs(sums) do
    if call('HINCRBY', TALLIES, field, sum) <= 0 then call('HDEL', TALLIES, field) end
  end
end

-- Jobs enter a lane at its tail, or at its head in the given order. A lane that was empty enters the ring.
local function put(lane, refs, at_head)
  local length
  if at_head then
    local back = {}
    for i = #refs, 1, -1 do back[#back + 1] = refs[i] end
    length = call('LPUSH', LANE .. lane, unpack(back))
  else
    length = call('RPUSH', LANE .. lane, unpack(refs))
  end
  if length == #refs and call('SISMEMBER', HALTED, lane) == 0 then call('RPUSH', RING, lane) end
end

-- The same for references of several lanes.
local function put_all(refs, at_head)
  local by_lane, order = {}, {}
  for i = 1, #refs do
    local lane = sub(refs[i], 28)
    local mine = by_lane[lane]
    if not mine then
      mine = {}
      by_lane[lane] = mine
      order[#order + 1] = lane
    end
    mine[#mine + 1] = refs[i]
  end
  for i = 1, #order do put(order[i], by_lane[order[i]], at_head) end
end

-- Wakes one idle process, the one that has waited for longest: publishes the queue's prefix on its channel. A process that no
-- longer listens is passed over. In a cluster the number of subscribers is that of one node, so up to three may be woken; one
-- too many finds nothing and waits again. Where nobody waits, whoever is at work claims again anyway.
local WAITER_FORGOTTEN_MS = 60000
local function wake()
  for _ = 1, 3 do
    local waiter = call('ZPOPMIN', WAITERS)
    if not waiter[1] then return end
    if now - waiter[2] < WAITER_FORGOTTEN_MS then
      -- A user without the right to publish costs latency, never the call.
      if redis.pcall('PUBLISH', waiter[1], PREFIX) ~= 0 then return end
    end
  end
end

-- Whoever sleeps until the next due job must hear of an earlier one.
local function delay(entries, refs)
  call('ZADD', DELAYED, unpack(entries))
  tally('d/', refs, 1)
  local first = call('ZRANGE', DELAYED, 0, 0)[1]
  for i = 1, #refs do
    if refs[i] == first then return wake() end
  end
end

-- Whether `record` is that of a job of a lane with a cap; and such jobs run no longer.
local function is_held(record)
  return sub(record, -2) == '|c'
end
local function unhold(lane, count)
  if call('HINCRBY', HELD, lane, -count) <= 0 then call('HDEL', HELD, lane) end
  if call('ZSCORE', PARKED, lane) == 'inf' then
    call('ZREM', PARKED, lane)
    call('RPUSH', RING, lane)
    wake()
  end
end

-- What is kept of a dead job is `attempts|rescues|class|reason`.
local function move_to_dead(ref, attempts, rescues, reason, class)
  local id = sub(ref, 1, 26)
  call('ZADD', DEAD, now, ref)
  call('HSET', DEAD_DETAILS, id, attempts .. '|' .. rescues .. '|' .. (class or 'lost_worker') .. '|' .. reason)
  call('HDEL', TRIES, id)
  call('HINCRBY', STATS, 'dead', 1)
  tally('x/', { ref }, 1)
end
