-- control: changes what is served; the next claim follows it. O(1), O(active lanes) to halt a lane, O(parked lanes) to
-- change what holds for all lanes.
-- ARGV: 2 pause | resume | halt | unhalt | set | forget | leave; 3 lane ('' = the queue; worker to `forget`; channel to `leave`); set: 4 field of
-- `settings`, 5 value ('' = as if never set); 6 lanes that may be halted, and fields that may be set.
-- Returns 1, or 0 where that many are set already.
local action, lane, field, value, max = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
if action == 'pause' then
  call('SET', PAUSED, now)
elseif action == 'resume' then
  call('DEL', PAUSED)
  wake()
elseif action == 'halt' then
  if call('SISMEMBER', HALTED, lane) == 0 then
    if call('SCARD', HALTED) >= max then return 0 end
    call('SADD', HALTED, lane)
    if call('LINDEX', RING, 0) == lane then call('DEL', TURN) end
    call('LREM', RING, 0, lane)
    call('ZREM', PARKED, lane)
  end
elseif action == 'unhalt' then
  if call('SREM', HALTED, lane) == 1 and call('EXISTS', LANE .. lane) == 1 then
    call('RPUSH', RING, lane)
    wake()
  end
elseif action == 'set' then
  if value == '' then
    call('HDEL', SETTINGS, field)
  else
    if call('HEXISTS', SETTINGS, field) == 0 and call('HLEN', SETTINGS) >= max then return 0 end
    call('HSET', SETTINGS, field, value)
  end
  -- The next claim looks at parked lanes anew.
  if lane ~= '' then
    if call('ZREM', PARKED, lane) == 1 then call('RPUSH', RING, lane) end
  elseif call('EXISTS', PARKED) == 1 then
    call('ZUNIONSTORE', PARKED, 1, PARKED, 'WEIGHTS', 0)
  end
  wake()
elseif action == 'forget' then
  call('ZREM', SEEN, lane)
  call('HDEL', WORKERS, lane)
elseif action == 'leave' then
  -- A wake-up that it was just given is another's.
  if call('ZREM', WAITERS, lane) == 0 then wake() end
end
return 1
