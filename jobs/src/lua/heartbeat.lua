-- heartbeat: renews leases by token, and says that the worker lives. O(jobs).
-- ARGV: 2 lease_ms, 3 worker, 4 what to show of it, 5 after how many ms a silent worker is forgotten; then two for each
-- job: reference, token. Answers the references whose lease is no longer held.
local lease_ms, worker, forget_ms = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[5])
call('ZADD', SEEN, now, worker)
call('HSET', WORKERS, worker, ARGV[4])
local silent = call('ZRANGEBYSCORE', SEEN, '-inf', now - forget_ms, 'LIMIT', 0, 20)
if #silent > 0 then
  call('ZREM', SEEN, unpack(silent))
  call('HDEL', WORKERS, unpack(silent))
end
local ids, lost, renewed = {}, {}, {}
for i = 6, #ARGV, 2 do ids[#ids + 1] = sub(ARGV[i], 1, 26) end
if #ids == 0 then return lost end
local records = call('HMGET', RUNNING, unpack(ids))
for n = 1, #ids do
  local ref, token = ARGV[4 + n * 2], ARGV[5 + n * 2]
  if records[n] and sub(records[n], 1, #token + 1) == token .. '|' then
    renewed[#renewed + 1] = now + lease_ms
    renewed[#renewed + 1] = ref
  else
    lost[#lost + 1] = ref
  end
end
if #renewed > 0 then call('ZADD', LEASES, unpack(renewed)) end
return lost
