-- claim: leases out up to `want` jobs, lanes served by weighted deficit round robin within their rates and caps. O(want).
-- ARGV: 2 want, 3 lease_ms, 4 worker, 5 quantum (jobs a lane of weight 1 gives at its turn), 6 lanes that may be parked,
-- 7 channel on which the process is woken where it finds less than it wants ('' = it does not wait).
-- Counts the attempt now, so that a job which kills its process is counted too. All jobs of one call share one fencing
-- token and one deadline: a job is in a call at most once, so (job, token) names the lease.
-- Returns: token, now_ms, ms until a delayed job or a parked lane may go on (-1 = none), 1 if work is left that may be
-- claimed now, lanes parked by their rate, lanes parked by their cap, then three for each job: reference, envelope, '' or
-- what `tries` holds of it, before this run.
local want, lease_ms, worker, quantum = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local park_max, asked, channel = tonumber(ARGV[6]), want, ARGV[7]
-- The caller waits for a wake-up from now on, or does not. In one step with the look at the queue, so that no wake-up is missed.
local function set_waiting(waits)
  if channel == '' then return end
  if waits then call('ZADD', WAITERS, now, channel) else call('ZREM', WAITERS, channel) end
end
if call('EXISTS', PAUSED) == 1 then
  set_waiting(true)
  return { '0', now, -1, 0, 0, 0 }
end

local limited = call('EXISTS', SETTINGS, PARKED) > 0
local room, lane_rate, lane_cap = nil, nil, nil
if limited then
  local of_queue = call('HMGET', SETTINGS, 'cap', 'lane_rate', 'lane_cap')
  lane_rate, lane_cap = of_queue[2], of_queue[3]
  if of_queue[1] then
    room = of_queue[1] - call('HLEN', RUNNING)
    -- Whatever ends wakes a worker.
    if room <= 0 then
      set_waiting(true)
      return { '0', now, -1, 0, 0, 0 }
    end
    want = math.min(want, room)
  end
  local back = call('ZRANGEBYSCORE', PARKED, '-inf', now, 'LIMIT', 0, want)
  if #back > 0 then
    call('ZREM', PARKED, unpack(back))
    call('RPUSH', RING, unpack(back))
  end
end

local due = call('ZRANGEBYSCORE', DELAYED, '-inf', now, 'LIMIT', 0, want)
if #due > 0 then
  call('ZREM', DELAYED, unpack(due))
  tally('d/', due, -1)
  put_all(due, false)
end

local now_us = time[1] * 1000000 + time[2]
-- What the settings allow a lane: `weight`; `allowed`, the jobs it may start now; `interval`, `burst` and the theoretical
-- arrival time `tat` of its rate (GCRA), in microseconds; `cap`, if it has one.
local function terms_of(lane)
  local own = call('HMGET', SETTINGS, 'weight:' .. lane, 'rate:' .. lane, 'cap:' .. lane)
  local terms = { weight = tonumber(own[1] or '1'), allowed = math.huge, room = math.huge }
  local rate, cap = own[2] or lane_rate, own[3] or lane_cap
  if rate then
    local interval, burst = string.match(rate, '^(%d+)|(%d+)$')
    interval, burst = tonumber(interval), tonumber(burst)
    local tat = tonumber(call('GET', TAT .. lane) or '0')
    if tat > now_us + interval * burst then
      -- From a slower rate before: no more debt is kept than this rate makes.
      tat = now_us + interval * burst
      call('SET', TAT .. lane, string.format('%.0f', tat), 'PX', math.ceil(interval * burst / 1000))
    end
    terms.interval, terms.burst, terms.tat = interval, burst, math.max(tat, now_us)
    terms.allowed = burst + floor((now_us - terms.tat) / interval)
  end
  if cap then
    terms.cap = true
    terms.room = cap - tonumber(call('HGET', HELD, lane) or '0')
    terms.allowed = math.min(terms.allowed, terms.room)
  end
  return terms
end

local counted = {}
local function start(lane, terms, count)
  terms.allowed = terms.allowed - count
  if terms.interval then
    terms.tat = terms.tat + count * terms.interval
    call('SET', TAT .. lane, string.format('%.0f', terms.tat), 'PX', math.ceil((terms.tat - now_us) / 1000))
  end
  if terms.cap then
    terms.room = terms.room - count
    call('HINCRBY', HELD, lane, count)
    counted[lane] = true
  end
end

-- The lane at the head of the ring leaves it until it may start another job.
local slowed, capped = 0, 0
local function park(lane, terms)
  call('LPOP', RING)
  if terms.room <= 0 then
    call('ZADD', PARKED, '+inf', lane)
    capped = capped + 1
  else
    call('ZADD', PARKED, math.ceil((terms.tat - (terms.burst - 1) * terms.interval) / 1000), lane)
    slowed = slowed + 1
  end
end

local refs, ids = {}, {}
local credit = tonumber(call('GET', TURN) or '0')
local had_credit = credit > 0
local visits = 0
while #refs < want and visits <= want and slowed + capped < park_max do
  local lane = call('LINDEX', RING, 0)
  if not lane then
    credit = 0
    break
  end
  local terms = limited and terms_of(lane)
  if terms and terms.allowed <= 0 then
    park(lane, terms)
    credit = 0
  else
    visits = visits + 1
    -- What was left of the head lane's turn, or a new turn.
    if credit <= 0 then credit = terms and quantum * terms.weight or quantum end
    local ask = math.min(credit, want - #refs)
    if terms then ask = math.min(ask, terms.allowed) end
    local got = call('LPOP', LANE .. lane, ask) or {}
    for i = 1, #got do
      refs[#refs + 1] = got[i]
      ids[#ids + 1] = sub(got[i], 1, 26)
    end
    if terms and #got > 0 then start(lane, terms, #got) end
    if #got < ask or call('EXISTS', LANE .. lane) == 0 then
      call('LPOP', RING)
      credit = 0
    elseif terms and terms.allowed <= 0 then
      park(lane, terms)
      credit = 0
    elseif #got == credit then
      call('LMOVE', RING, RING, 'LEFT', 'RIGHT')
      credit = 0
    else
      credit = credit - #got
    end
  end
end
if credit > 0 then call('SET', TURN, credit) elseif had_credit then call('DEL', TURN) end

local reply = { '0', now, -1, 0, slowed, capped }
local held, running, n = {}, {}, 6
if #refs > 0 then
  local token = time[1] * 1000000 + time[2]
  local last = tonumber(call('GET', TOKEN) or '0')
  if token <= last then token = last + 1 end
  token = string.format('%.0f', token)
  call('SET', TOKEN, token)
  reply[1] = token

  local envelopes = call('HMGET', JOBS, unpack(ids))
  local tries = call('EXISTS', TRIES) == 1 and call('HMGET', TRIES, unpack(ids)) or {}
  local first_run = token .. '|1|0'
  for i = 1, #refs do
    local envelope, before = envelopes[i], tries[i]
    local record, attempts, rescues = first_run, 0, 0
    if before then
      attempts, rescues = string.match(before, '^(%d+)|(%d+)')
      record = token .. '|' .. (attempts + 1) .. '|' .. rescues
    end
    local is_counted = limited and counted[sub(refs[i], 28)]
    local usable = envelope
    if not envelope then
      -- Deleted while it waited.
      if ids[i] == NOBODY then tally('g/', { refs[i] }, -1) else call('HDEL', TRIES, ids[i]) end
    elseif before and tonumber(attempts) >= tonumber(string.match(envelope, '^{"max":(%d+)') or '0') then
      move_to_dead(refs[i], attempts, rescues, 'attempts used up; the last ended with its worker')
      usable = false
    end
    if usable then
      held[#held + 1] = refs[i]
      running[#running + 1] = ids[i]
      running[#running + 1] = is_counted and record .. '|c' or record
      reply[n + 1], reply[n + 2], reply[n + 3] = refs[i], envelope, before or ''
      n = n + 3
    elseif is_counted then
      unhold(sub(refs[i], 28), 1)
    end
  end
  if #held > 0 then
    call('HSET', RUNNING, unpack(running))
    call('HSET', CLAIMED .. token, 'left', #held, 'worker', worker, 'at', now, 'refs', table.concat(held, ' '))
    call('ZADD', LEASES, now + lease_ms, token)
  end
end

-- At the cap of the queue nothing more may be claimed, whatever is there.
if room and #held >= room then
  set_waiting(#held < asked)
  return reply
end
reply[4] = call('EXISTS', RING)
local first = call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
if first[2] then reply[3] = math.max(0, first[2] - now) end
if limited then
  local parked = tonumber(call('ZRANGE', PARKED, 0, 0, 'WITHSCORES')[2] or 'inf')
  if parked < math.huge then
    parked = math.max(0, parked - now)
    if reply[3] < 0 or parked < reply[3] then reply[3] = parked end
  end
end
-- Whoever has less than it wants comes again when the next job is due. Whoever is busy may not: another must know of it.
local waits = #held < asked and reply[4] == 0
if reply[4] == 1 or reply[3] == 0 or (reply[3] > 0 and not waits) then
  set_waiting(false)
  wake()
  if waits then set_waiting(true) end
else
  set_waiting(waits)
end
return reply
