-- act: what a person does to jobs. O(jobs), but for a job deep in its lane, which is looked for that deep and no deeper.
-- ARGV: 2 retry | run_now | delete | move_to_dead | cancel | edit, 3 reason (move_to_dead), envelope as it was read (edit), 4 how deep, 5 most
-- cancellations under way, then the references; edit: one reference and the new envelope.
-- A job in a state that does not fit is left as it is. Returns the references of those that were changed.
local action, argument, depth = ARGV[2], ARGV[3], ARGV[4]
local changed, back = {}, {}

-- Takes a job out of the state it is in. Returns that state, or false: it is running, gone, or deeper than we look.
local function take(ref, id)
  if call('HEXISTS', RUNNING, id) == 1 or call('HEXISTS', JOBS, id) == 0 then return false end
  if call('ZREM', DEAD, ref) == 1 then
    tally('x/', { ref }, -1)
    return 'dead'
  end
  if call('ZREM', DELAYED, ref) == 1 then
    tally('d/', { ref }, -1)
    return 'delayed'
  end
  local key = LANE .. sub(ref, 28)
  local at = call('LPOS', key, ref, 'MAXLEN', depth) or call('LPOS', key, ref, 'RANK', -1, 'MAXLEN', depth)
  if not at then return false end
  -- A hole, so that the others keep their places and nothing is moved.
  local hole = NOBODY .. sub(ref, 27)
  call('LSET', key, at, hole)
  tally('g/', { hole }, 1)
  return 'waiting'
end

local function forget(ref, id)
  local envelope = call('HGET', JOBS, id)
  call('HDEL', JOBS, id)
  call('HDEL', TRIES, id)
  call('HDEL', DEAD_DETAILS, id)
  local key = string.match(envelope, '"key":') and cjson.decode(envelope).key
  if key then
    key = PREFIX .. 'idem:' .. sub(ref, 28) .. '/' .. key
    if call('GET', key) == id then call('UNLINK', key) end
  end
end

local function act(ref)
  local id = sub(ref, 1, 26)
  if action == 'retry' then
    if call('ZREM', DEAD, ref) == 0 then return false end
    tally('x/', { ref }, -1)
    call('HDEL', DEAD_DETAILS, id)
    call('HSET', TRIES, id, '0|0|' .. string.format('%.0f', now))
    back[#back + 1] = ref
  elseif action == 'run_now' then
    if call('ZREM', DELAYED, ref) == 0 then return false end
    tally('d/', { ref }, -1)
    local before = string.match(call('HGET', TRIES, id) or '0|0', '^%d+|%d+')
    call('HSET', TRIES, id, before .. '|' .. string.format('%.0f', now))
    back[#back + 1] = ref
  elseif action == 'delete' then
    if not take(ref, id) then return false end
    forget(ref, id)
  elseif action == 'move_to_dead' then
    if call('ZSCORE', DEAD, ref) or not take(ref, id) then return false end
    local attempts, rescues = string.match(call('HGET', TRIES, id) or '0|0', '^(%d+)|(%d+)')
    move_to_dead(ref, attempts, rescues, argument, 'operator')
  elseif action == 'cancel' then
    local record = call('HGET', RUNNING, id)
    if not record or call('HLEN', CANCELS) >= tonumber(ARGV[5]) then return false end
    call('HSET', CANCELS, id, string.match(record, '^(%d+)|'))
  end
  return true
end

if action == 'edit' then
  local id = sub(ARGV[6], 1, 26)
  if call('HEXISTS', RUNNING, id) == 0 and call('HGET', JOBS, id) == argument then
    call('HSET', JOBS, id, ARGV[7])
    changed[1] = ARGV[6]
  end
  return changed
end
for i = 6, #ARGV do
  if act(ARGV[i]) then changed[#changed + 1] = ARGV[i] end
end
if #back > 0 then
  put_all(back, false)
  wake()
end
if #changed > 0 then call('HINCRBY', STATS, 'by_hand:' .. action, #changed) end
return changed
