-- control: changes what is served. O(1), and O(active lanes) to halt a lane.
-- ARGV: 2 pause | resume | halt | unhalt | weigh | forget, 3 lane (worker to `forget`), 4 weight.
local action, lane = ARGV[2], ARGV[3]
if action == 'pause' then
  call('SET', PAUSED, now)
elseif action == 'resume' then
  call('DEL', PAUSED)
  wake()
elseif action == 'halt' then
  if call('SADD', HALTED, lane) == 1 then
    if call('LINDEX', RING, 0) == lane then call('DEL', TURN) end
    call('LREM', RING, 0, lane)
  end
elseif action == 'unhalt' then
  if call('SREM', HALTED, lane) == 1 and call('EXISTS', LANE .. lane) == 1 then
    call('RPUSH', RING, lane)
    wake()
  end
elseif action == 'weigh' then
  if ARGV[4] == '1' then call('HDEL', WEIGHTS, lane) else call('HSET', WEIGHTS, lane, ARGV[4]) end
elseif action == 'forget' then
  call('ZREM', SEEN, lane)
  call('HDEL', WORKERS, lane)
end
return 0
