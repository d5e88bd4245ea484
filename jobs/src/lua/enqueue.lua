-- enqueue: takes jobs in, all or none. O(jobs).
-- ARGV from 2: five for each job: reference, envelope, run_at_ms ('' = now), idempotency key ('' = none), window_ms.
-- Answers pairs (index, id of the first job under that key) of the jobs that were already there.
local stored, direct, later, later_refs, known = {}, {}, {}, {}, {}
for i = 2, #ARGV, 5 do
  local ref, key = ARGV[i], ARGV[i + 3]
  local id, first = sub(ref, 1, 26), false
  if key ~= '' then
    first = call('SET', PREFIX .. 'idem:' .. sub(ref, 28) .. '/' .. key, id, 'NX', 'GET', 'PX', ARGV[i + 4])
  end
  if first then
    known[#known + 1] = (i - 2) / 5
    known[#known + 1] = first
  else
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
