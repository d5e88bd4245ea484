-- claim: leases out up to `want` jobs, lanes served by weighted deficit round robin. O(want).
-- ARGV: 2 want, 3 lease_ms, 4 worker, 5 quantum (jobs a lane of weight 1 gives at its turn).
-- Counts the attempt now, so that a job which kills its process is counted too. All jobs of one call share one fencing
-- token and one deadline: a job is in a call at most once, so (job, token) names the lease.
-- Answers: token, now_ms, ms until the next delayed job (-1 = none), 1 if work is left, then three for each job:
-- reference, envelope, '' or `attempts|rescues|may run since (ms)` before this run.
local want, lease_ms, worker, quantum = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
if call('EXISTS', PAUSED) == 1 then return { '0', now, -1, 0 } end

local due = call('ZRANGEBYSCORE', DELAYED, '-inf', now, 'LIMIT', 0, want)
if #due > 0 then
  call('ZREM', DELAYED, unpack(due))
  tally('d/', due, -1)
  put_all(due, false)
end

local refs, ids = {}, {}
local weighted = call('EXISTS', WEIGHTS) == 1
local credit = tonumber(call('GET', TURN) or '0')
local had_credit = credit > 0
local visits = 0
while #refs < want and visits <= want do
  local lane = call('LINDEX', RING, 0)
  if not lane then
    credit = 0
    break
  end
  visits = visits + 1
  -- What was left of the head lane's turn, or a new turn.
  if credit <= 0 then
    credit = quantum
    if weighted then credit = quantum * tonumber(call('HGET', WEIGHTS, lane) or '1') end
  end
  local ask = math.min(credit, want - #refs)
  local got = call('LPOP', LANE .. lane, ask) or {}
  for i = 1, #got do
    refs[#refs + 1] = got[i]
    ids[#ids + 1] = sub(got[i], 1, 26)
  end
  if #got < ask or call('EXISTS', LANE .. lane) == 0 then
    call('LPOP', RING)
    credit = 0
  elseif #got == credit then
    call('LMOVE', RING, RING, 'LEFT', 'RIGHT')
    credit = 0
  else
    credit = credit - #got
  end
end
if credit > 0 then call('SET', TURN, credit) elseif had_credit then call('DEL', TURN) end

local reply = { '0', now, -1, call('EXISTS', RING) }
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
  local held, running, n = {}, {}, 4
  for i = 1, #refs do
    local envelope, before = envelopes[i], tries[i]
    local record, attempts, rescues = first_run, 0, 0
    if before then
      attempts, rescues = string.match(before, '^(%d+)|(%d+)')
      record = token .. '|' .. (attempts + 1) .. '|' .. rescues
    end
    if not envelope then
      -- Deleted while it waited.
      if ids[i] == NOBODY then tally('g/', { refs[i] }, -1) else call('HDEL', TRIES, ids[i]) end
    elseif before and tonumber(attempts) >= tonumber(string.match(envelope, '^{"max":(%d+)') or '0') then
      bury(refs[i], attempts, rescues, 'attempts used up; the last ended with its worker')
    else
      held[#held + 1] = refs[i]
      running[#running + 1] = ids[i]
      running[#running + 1] = record
      reply[n + 1], reply[n + 2], reply[n + 3] = refs[i], envelope, before or ''
      n = n + 3
    end
  end
  if #held > 0 then
    call('HSET', RUNNING, unpack(running))
    call('HSET', CLAIMED .. token, 'left', #held, 'worker', worker, 'at', now, 'refs', table.concat(held, ' '))
    call('ZADD', LEASES, now + lease_ms, token)
  end
end

local first = call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
if first[2] then reply[3] = math.max(0, first[2] - now) end
if reply[4] == 1 or reply[3] == 0 then wake() end
return reply
