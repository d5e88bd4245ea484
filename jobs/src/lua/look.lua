-- look: a page of jobs in one state, single jobs, lanes, or workers. O(jobs looked at), bounded by the caller's limits.
-- ARGV: 2 what; delayed | dead: 3 jobs at most, 4 jobs looked at, 5 lane ('' = all), 6 score and 7 reference to go on after;
-- running: 3 jobs, 4 claims looked at, 5 lane, 6 token and 7 position in its claim to go on after;
-- waiting: 3 jobs, 4 lanes looked at, 5 lane, 6 lane and 7 position to go on from, 8 `tail` to begin with the newest;
-- jobs: from 3 references; lanes: 3 lanes at most, 4 lane to go on after; workers: 3 workers at most.
-- Jobs answer: two parts of the cursor ('' and '' at the end), then seven for each job: reference, state, envelope, at_ms (due,
-- died, claimed), record (`attempts|rescues|...`, what is kept of a dead job, or `token|attempt|rescues`), worker, end of the lease.
local LANES_MAX, CLAIMS_MAX = 10000, 5000
local what, most = ARGV[2], tonumber(ARGV[3])
local reply = { '', '' }

local function tell(ref, state, at, worker, deadline)
  local id = sub(ref, 1, 26)
  local record = state == 'dead' and call('HGET', DEAD_DETAILS, id) or state == 'running' and call('HGET', RUNNING, id)
    or call('HGET', TRIES, id)
  for _, value in ipairs({ ref, state, call('HGET', JOBS, id) or '', at or '', record or '', worker or '', deadline or '' }) do
    reply[#reply + 1] = value
  end
end

-- The position after that member, also when it has left meanwhile.
local function rank_after(key, score, ref)
  if ref == '' then return 0 end
  if call('ZSCORE', key, ref) == score then return call('ZRANK', key, ref) + 1 end
  local low, high = call('ZCOUNT', key, '-inf', '(' .. score), call('ZCOUNT', key, '-inf', score)
  while low < high do
    local middle = floor((low + high) / 2)
    if call('ZRANGE', key, middle, middle)[1] <= ref then low = middle + 1 else high = middle end
  end
  return low
end

local function active_lanes(looked)
  local seen, lanes = {}, call('LRANGE', RING, 0, looked - 1)
  for i = 1, #lanes do seen[lanes[i]] = true end
  for _, lane in ipairs(call('SRANDMEMBER', HALTED, looked)) do
    if not seen[lane] then lanes[#lanes + 1] = lane end
  end
  table.sort(lanes)
  return lanes
end

local function running_by_lane()
  local sums = {}
  for _, token in ipairs(call('ZRANGE', LEASES, 0, CLAIMS_MAX - 1)) do
    local refs, ids = {}, {}
    for ref in string.gmatch(call('HGET', CLAIMED .. token, 'refs') or '', '%S+') do
      refs[#refs + 1] = ref
      ids[#ids + 1] = sub(ref, 1, 26)
    end
    local records = #ids > 0 and call('HMGET', RUNNING, unpack(ids)) or {}
    for i = 1, #refs do
      if records[i] and sub(records[i], 1, #token + 1) == token .. '|' then
        local lane = sub(refs[i], 28)
        sums[lane] = (sums[lane] or 0) + 1
      end
    end
  end
  return sums
end

if what == 'delayed' or what == 'dead' then
  local key = what == 'dead' and DEAD or DELAYED
  local looked, lane = tonumber(ARGV[4]), ARGV[5]
  local from = rank_after(key, ARGV[6], ARGV[7])
  local found = call('ZRANGE', key, from, from + looked - 1, 'WITHSCORES')
  local taken = 0
  for i = 1, #found, 2 do
    if lane == '' or sub(found[i], 28) == lane then
      tell(found[i], what, found[i + 1])
      taken = taken + 1
    end
    if taken == most or i + 1 == 2 * looked then
      reply[1], reply[2] = found[i + 1], found[i]
      break
    end
  end
elseif what == 'running' then
  local leases = call('ZRANGE', LEASES, 0, tonumber(ARGV[4]) - 1, 'WITHSCORES')
  local claims, lane, after = {}, ARGV[5], tonumber(ARGV[6]) or 0
  for i = 1, #leases, 2 do
    local token = tonumber(leases[i])
    if token >= after then claims[#claims + 1] = { token, leases[i], leases[i + 1] } end
  end
  table.sort(claims, function(a, b) return a[1] < b[1] end)
  local taken = 0
  for _, claim in ipairs(claims) do
    local held = call('HMGET', CLAIMED .. claim[2], 'refs', 'worker', 'at')
    local position = 0
    for ref in string.gmatch(held[1] or '', '%S+') do
      position = position + 1
      local record = call('HGET', RUNNING, sub(ref, 1, 26))
      local mine = record and sub(record, 1, #claim[2] + 1) == claim[2] .. '|'
      if mine and (lane == '' or sub(ref, 28) == lane) and (claim[1] > after or position > (tonumber(ARGV[7]) or 0)) then
        tell(ref, what, held[3], held[2], claim[3])
        taken = taken + 1
        if taken == most then
          reply[1], reply[2] = claim[2], position
          return reply
        end
      end
    end
  end
elseif what == 'waiting' then
  local lanes = ARGV[5] ~= '' and { ARGV[5] } or active_lanes(tonumber(ARGV[4]))
  local taken = 0
  for _, lane in ipairs(lanes) do
    if lane >= ARGV[6] then
      local from = lane == ARGV[6] and tonumber(ARGV[7]) or 0
      local ask = most - taken
      local refs
      if ARGV[8] == 'tail' then
        refs = call('LRANGE', LANE .. lane, -(from + ask), -(from + 1))
      else
        refs = call('LRANGE', LANE .. lane, from, from + ask - 1)
      end
      for i = 1, #refs do
        local ref = refs[ARGV[8] == 'tail' and #refs + 1 - i or i]
        if sub(ref, 1, 26) ~= NOBODY then tell(ref, what) end
      end
      taken = taken + #refs
      if #refs == ask then
        reply[1], reply[2] = lane, from + ask
        break
      end
    end
  end
elseif what == 'jobs' then
  for i = 3, #ARGV do
    local ref, id = ARGV[i], sub(ARGV[i], 1, 26)
    local record = call('HGET', RUNNING, id)
    local died, due = call('ZSCORE', DEAD, ref), call('ZSCORE', DELAYED, ref)
    if record then
      local token = string.match(record, '^(%d+)|')
      local held = call('HMGET', CLAIMED .. token, 'worker', 'at')
      tell(ref, 'running', held[2], held[1], call('ZSCORE', LEASES, token))
    elseif died then
      tell(ref, 'dead', died)
    elseif due then
      tell(ref, 'delayed', due)
    elseif call('HEXISTS', JOBS, id) == 1 then
      tell(ref, 'waiting')
    end
  end
elseif what == 'lanes' then
  -- For each lane: name, waiting, delayed, dead, running, 1 if paused, oldest waiting id.
  local running = running_by_lane()
  reply = { 0, now }
  local taken = 0
  local lanes = ARGV[5] and { ARGV[5] } or active_lanes(LANES_MAX)
  for _, lane in ipairs(lanes) do
    if lane > ARGV[4] then
      if taken == most then
        reply[1] = 1
        break
      end
      taken = taken + 1
      local of = call('HMGET', TALLIES, 'd/' .. lane, 'x/' .. lane, 'g/' .. lane)
      local oldest = ''
      for _, ref in ipairs(call('LRANGE', LANE .. lane, 0, 9)) do
        if sub(ref, 1, 26) ~= NOBODY then
          oldest = sub(ref, 1, 26)
          break
        end
      end
      local waiting = math.max(0, call('LLEN', LANE .. lane) - (of[3] or 0))
      for _, value in ipairs({ lane, waiting, of[1] or 0, of[2] or 0, running[lane] or 0,
        call('SISMEMBER', HALTED, lane), oldest }) do
        reply[#reply + 1] = value
      end
    end
  end
elseif what == 'workers' then
  reply = { now }
  local seen = call('ZRANGE', SEEN, 0, most - 1, 'REV', 'WITHSCORES')
  for i = 1, #seen, 2 do
    reply[#reply + 1] = seen[i]
    reply[#reply + 1] = tonumber(seen[i + 1])
    reply[#reply + 1] = call('HGET', WORKERS, seen[i]) or '{}'
  end
end
return reply
