-- settle: says how leased jobs ended. O(jobs). A job whose token no longer holds the lease is skipped and counted, and
-- never stops the others.
-- ARGV: 2 length of the ring of finished jobs, 3 most jobs of one call that enter it, 4 number of jobs that are done,
-- 5 number of idempotency keys to release; then two for each done job: reference, token; two for each key: reference,
-- key; four for each other job: reference, token, outcome (retry | snooze | cancel | release | dead), and `class|reason` for dead,
-- for the others the delay in ms, followed by `|since|count` of the job's snoozes if they are to be kept.
-- Returns: applied, stale.
local ring_max, ring_batch, done_count, key_count = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local keys_from = 6 + done_count * 2
local others_from = keys_from + key_count * 2
local ids = {}
for i = 6, keys_from - 1, 2 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
for i = others_from, #ARGV, 4 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
if #ids == 0 then return { 0, 0 } end
local records = call('HMGET', RUNNING, unpack(ids))

local free, gone, by_token, seen, stale = {}, {}, {}, {}, 0
local limited, unheld = call('EXISTS', SETTINGS, HELD) > 0, {}
local last_token, head, head_length = nil, nil, 0
local function holds(n, token, ref)
  if token ~= last_token then
    last_token, head, head_length = token, token .. '|', #token + 1
  end
  local record, id = records[n], ids[n]
  if record and sub(record, 1, head_length) == head and not seen[id] then
    seen[id] = true
    free[#free + 1] = id
    by_token[token] = (by_token[token] or 0) + 1
    if limited and is_held(record) then
      local lane = sub(ref, 28)
      unheld[lane] = (unheld[lane] or 0) + 1
    end
    return record
  end
  stale = stale + 1
  return false
end

local finished = {}
for n = 1, done_count do
  local i = 4 + n * 2
  if holds(n, ARGV[i + 1], ARGV[i]) then
    gone[#gone + 1] = ids[n]
    if #finished < ring_batch then finished[#finished + 1] = ARGV[i] .. '@' .. now end
  end
end
local done = #gone

local counts, later, later_refs, heads, tails = {}, {}, {}, {}, {}
local n = done_count
for i = others_from, #ARGV, 4 do
  n = n + 1
  local ref, id, outcome = ARGV[i], ids[n], ARGV[i + 2]
  local record = holds(n, ARGV[i + 1], ref)
  if record then
    counts[outcome] = (counts[outcome] or 0) + 1
    local attempts, rescues = string.match(record, '^%d+|(%d+)|(%d+)')
    if outcome == 'cancel' then
      gone[#gone + 1] = id
    elseif outcome == 'dead' then
      local class, reason = string.match(ARGV[i + 3], '^([a-z0-9_]*)|(.*)$')
      move_to_dead(ref, attempts, rescues, reason, class)
    else
      if outcome ~= 'retry' then attempts = attempts - 1 end
      local wait, snoozes = string.match(ARGV[i + 3], '^(%d+)(.*)$')
      wait = tonumber(wait)
      if outcome == 'release' and attempts == 0 and rescues == '0' and snoozes == '' then
        call('HDEL', TRIES, id)
      else
        call('HSET', TRIES, id, attempts .. '|' .. rescues .. '|' .. string.format('%.0f', now + wait) .. snoozes)
      end
      if outcome == 'release' then
        heads[#heads + 1] = ref
      elseif wait <= 0 then
        tails[#tails + 1] = ref
      else
        later[#later + 1] = now + wait
        later[#later + 1] = ref
        later_refs[#later_refs + 1] = ref
      end
    end
  end
end

if #free > 0 then call('HDEL', RUNNING, unpack(free)) end
for token, ended in pairs(by_token) do
  -- A claim whose lease ran out meanwhile is gone already, and must not come back as a counter.
  if call('EXISTS', CLAIMED .. token) == 1 and call('HINCRBY', CLAIMED .. token, 'left', -ended) <= 0 then
    call('DEL', CLAIMED .. token)
    call('ZREM', LEASES, token)
  end
end
if #gone > 0 then
  call('HDEL', JOBS, unpack(gone))
  if call('EXISTS', TRIES) == 1 then call('HDEL', TRIES, unpack(gone)) end
end
if done > 0 then
  call('LPUSH', DONE, unpack(finished))
  call('LTRIM', DONE, 0, ring_max - 1)
  call('HINCRBY', STATS, 'done', done)
end
if key_count > 0 then
  local keys, owners, mine = {}, {}, {}
  for i = keys_from, others_from - 1, 2 do
    local id = sub(ARGV[i], 1, 26)
    if seen[id] then
      keys[#keys + 1] = PREFIX .. 'idem:' .. sub(ARGV[i], 28) .. '/' .. ARGV[i + 1]
      owners[#owners + 1] = id
    end
  end
  -- A key whose window has passed may belong to a later job by now.
  local found = #keys > 0 and call('MGET', unpack(keys)) or {}
  for i = 1, #keys do
    if found[i] == owners[i] then mine[#mine + 1] = keys[i] end
  end
  if #mine > 0 then call('UNLINK', unpack(mine)) end
end
if #later > 0 then delay(later, later_refs) end
if #heads > 0 then put_all(heads, true) end
if #tails > 0 then put_all(tails, false) end
if #heads + #tails > 0 then wake() end
for lane, count in pairs(unheld) do unhold(lane, count) end
-- Whoever found the queue at its cap sleeps until there is room.
if limited and #free > 0 and call('HEXISTS', SETTINGS, 'cap') == 1 then wake() end
for outcome, count in pairs(counts) do
  if outcome ~= 'dead' then call('HINCRBY', STATS, outcome, count) end
end
if stale > 0 then call('HINCRBY', STATS, 'stale', stale) end
return { #free, stale }
