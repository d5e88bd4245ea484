-- settle: says how leased jobs ended. O(jobs). A job whose token no longer holds the lease is skipped and counted, and
-- never stops the others.
-- ARGV: 2 length of the ring of finished jobs, 3 number of jobs that are done; three for each of these: reference,
-- token, idempotency key to release ('' = none); then five for each other job: reference, token, outcome
-- (retry | snooze | cancel | release | dead), delay_ms or reason, idempotency key to release.
-- Answers: applied, stale.
local ring_max, done_count = tonumber(ARGV[2]), tonumber(ARGV[3])
local others_from = 4 + done_count * 3
local ids = {}
for i = 4, others_from - 1, 3 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
for i = others_from, #ARGV, 5 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
if #ids == 0 then return { 0, 0 } end
local records = call('HMGET', RUNNING, unpack(ids))

local free_refs, free_ids, gone_ids, finished, keys, key_ids = {}, {}, {}, {}, {}, {}
local stale, at, seen = 0, '@' .. now, {}
local function holds(n, token)
  local record = records[n]
  if record and sub(record, 1, #token + 1) == token .. '|' and not seen[ids[n]] then
    seen[ids[n]] = true
    return record
  end
  stale = stale + 1
  return false
end
local function release_key(ref, key)
  if key ~= '' then
    keys[#keys + 1] = PREFIX .. 'idem:' .. sub(ref, 28) .. '/' .. key
    key_ids[#key_ids + 1] = sub(ref, 1, 26)
  end
end

for n = 1, done_count do
  local i = 1 + n * 3
  local ref = ARGV[i]
  if holds(n, ARGV[i + 1]) then
    free_refs[#free_refs + 1] = ref
    free_ids[#free_ids + 1] = ids[n]
    finished[#finished + 1] = ref .. at
    release_key(ref, ARGV[i + 2])
  end
end
local done = #free_refs
for n = 1, done do gone_ids[n] = free_ids[n] end

local counts, later, later_refs, heads, tails = {}, {}, {}, {}, {}
local n = done_count
for i = others_from, #ARGV, 5 do
  n = n + 1
  local ref, id, outcome = ARGV[i], ids[n], ARGV[i + 2]
  local record = holds(n, ARGV[i + 1])
  if record then
    free_refs[#free_refs + 1] = ref
    free_ids[#free_ids + 1] = id
    counts[outcome] = (counts[outcome] or 0) + 1
    local attempts, rescues = string.match(record, '^%d+|(%d+)|(%d+)')
    if outcome == 'cancel' then
      gone_ids[#gone_ids + 1] = id
      release_key(ref, ARGV[i + 4])
    elseif outcome == 'dead' then
      bury(ref, attempts, rescues, ARGV[i + 3])
    else
      if outcome ~= 'retry' then attempts = attempts - 1 end
      if attempts == 0 and rescues == '0' then
        call('HDEL', TRIES, id)
      else
        call('HSET', TRIES, id, attempts .. '|' .. rescues)
      end
      local wait = outcome == 'release' and 0 or tonumber(ARGV[i + 3])
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

if #free_refs > 0 then
  call('ZREM', LEASES, unpack(free_refs))
  call('HDEL', RUNNING, unpack(free_ids))
end
if #gone_ids > 0 then
  call('HDEL', JOBS, unpack(gone_ids))
  if call('EXISTS', TRIES) == 1 then call('HDEL', TRIES, unpack(gone_ids)) end
end
if done > 0 then
  call('LPUSH', DONE, unpack(finished))
  call('LTRIM', DONE, 0, ring_max - 1)
  call('HINCRBY', STATS, 'done', done)
end
if #keys > 0 then
  -- A key whose window has passed may belong to a later job by now.
  local owners, mine = call('MGET', unpack(keys)), {}
  for i = 1, #keys do
    if owners[i] == key_ids[i] then mine[#mine + 1] = keys[i] end
  end
  if #mine > 0 then call('UNLINK', unpack(mine)) end
end
if #later > 0 then delay(later, later_refs) end
if #heads > 0 then put_all(heads, true) end
if #tails > 0 then put_all(tails, false) end
if #heads + #tails > 0 then wake() end
for outcome, count in pairs(counts) do
  if outcome ~= 'dead' then call('HINCRBY', STATS, outcome, count) end
end
if stale > 0 then call('HINCRBY', STATS, 'stale', stale) end
return { #free_refs, stale }
