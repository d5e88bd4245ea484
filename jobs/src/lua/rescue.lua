-- rescue: takes back the jobs of claims whose lease ran out. O(limit), or O(one claim) where that is more.
-- ARGV: 2 jobs after which to stop, 3 how often a job may be rescued before it is poison. A rescued job goes to the head
-- of its lane and keeps its attempt counted. Returns: rescued, moved to dead as poison, 1 if more leases have run out.
local limit, rescues_max = tonumber(ARGV[2]), tonumber(ARGV[3])
local back, poison, looked, more, by_lane = {}, 0, 0, 0, {}
for _ = 1, limit do
  local token = call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, 1)[1]
  if not token then break end
  if looked >= limit then
    more = 1
    break
  end
  call('ZREM', LEASES, token)
  local claim = call('HMGET', CLAIMED .. token, 'refs', 'worker')
  call('DEL', CLAIMED .. token)
  local refs, ids = {}, {}
  for ref in string.gmatch(claim[1] or '', '%S+') do
    refs[#refs + 1] = ref
    ids[#ids + 1] = sub(ref, 1, 26)
  end
  looked = looked + #refs
  local records = #ids > 0 and call('HMGET', RUNNING, unpack(ids)) or {}
  local tries = #ids > 0 and call('HMGET', TRIES, unpack(ids)) or {}
  local head, held, mine = token .. '|', {}, {}
  for i = 1, #refs do
    -- The others of this claim have ended, and may run again under another.
    if records[i] and sub(records[i], 1, #head) == head then
      held[#held + 1] = ids[i]
      if is_held(records[i]) then unhold(sub(refs[i], 28), 1) end
      local attempts, rescues = string.match(records[i], '^%d+|(%d+)|(%d+)')
      if tonumber(rescues) >= rescues_max then
        move_to_dead(refs[i], attempts, rescues, 'poison: its lease ran out ' .. (rescues + 1) .. ' times, last held by ' .. claim[2],
          'poison')
        meter_lane(sub(refs[i], 28), { 'dead', 1 })
        poison = poison + 1
      else
        local snoozes = string.match(tries[i] or '', '^%d+|%d+|%d+(|.*)$') or ''
        call('HSET', TRIES, ids[i], attempts .. '|' .. (rescues + 1) .. '|' .. string.format('%.0f', now) .. snoozes)
        mine[#mine + 1] = refs[i]
        local lane = sub(refs[i], 28)
        by_lane[lane] = (by_lane[lane] or 0) + 1
      end
    end
  end
  if #held > 0 then call('HDEL', RUNNING, unpack(held)) end
  if #mine > 0 then put_all(mine, true) end
  for i = 1, #mine do back[#back + 1] = mine[i] end
end
for lane, jobs in pairs(by_lane) do meter_lane(lane, { 'rescued', jobs }) end
if #back > 0 then
  call('HINCRBY', STATS, 'rescued', #back)
end
-- Poison makes room, too.
if #back + poison > 0 then wake() end
return { #back, poison, more }
