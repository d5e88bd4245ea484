-- enqueue: takes jobs in, all or none. O(jobs).
-- ARGV from 2: five for each job: reference, envelope, run_at_ms ('' = now), idempotency key ('' = none), window_ms.
-- A job is already there if its id is (whoever derives the id from a row of PostgreSQL needs no key), or if its key is.
-- Returns pairs (index, id of the first job) of those.
local ids = {}
for i = 2, #ARGV, 5 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
local there = call('HMGET', JOBS, unpack(ids))
local stored, direct, later, later_refs, known, seen = {}, {}, {}, {}, {}, {}
for n = 1, #ids do
  local i = n * 5 - 3
  local ref, key, id = ARGV[i], ARGV[i + 3], ids[n]
  local first = (there[n] or seen[id]) and id
  if not first and key ~= '' then
    first = call('SET', PREFIX .. 'idem:' .. sub(ref, 28) .. '/' .. key, id, 'NX', 'GET', 'PX', ARGV[i + 4])
  end
  if first then
    known[#known + 1] = n - 1
    known[#known + 1] = first
  else
    seen[id] = true
    stored[#stored + 1] = id
    stored[#stored + 1] = ARGV[i + 1]
    local at = ARGV[i + 2]
    if at ~= '' and tonumber(at) > now then
      later[#later + 1] = at
      later[#later + 1] = ref
      later_refs[#later_refs + 1] = ref
    else
      direct[#direct + 1] = ref
    end
  end
end
if #stored > 0 then
  call('HSET', JOBS, unpack(stored))
  call('HINCRBY', STATS, 'enqueued', #stored / 2)
end
if #known > 0 then call('HINCRBY', STATS, 'deduplicated', #known / 2) end
if #later > 0 then delay(later, later_refs) end
if #direct > 0 then
  put_all(direct, false)
  wake()
end
return known
