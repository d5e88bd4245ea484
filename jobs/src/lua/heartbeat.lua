-- heartbeat: renews leases by token, and says that the worker lives. O(claims).
-- ARGV: 2 lease_ms, 3 worker, 4 what to show of it, 5 after how many ms a silent worker is forgotten; then the tokens.
-- Answers the tokens that no longer hold a lease.
local deadline, worker, forget_ms = now + tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[5])
call('ZADD', SEEN, now, worker)
call('HSET', WORKERS, worker, ARGV[4])
local silent = call('ZRANGEBYSCORE', SEEN, '-inf', now - forget_ms, 'LIMIT', 0, 20)
if #silent > 0 then
  call('ZREM', SEEN, unpack(silent))
  call('HDEL', WORKERS, unpack(silent))
end
local lost = {}
for i = 6, #ARGV do
  if call('ZSCORE', LEASES, ARGV[i]) then
    call('ZADD', LEASES, 'XX', deadline, ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
