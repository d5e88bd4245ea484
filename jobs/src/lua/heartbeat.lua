-- heartbeat: renews leases by token, and says that the worker lives. O(claims).
-- ARGV: 2 lease_ms, 3 worker, 4 what to show of it, 5 after how many ms a silent worker is forgotten; then the tokens.
-- Returns the tokens that no longer hold a lease; of the others the jobs that are to be cancelled, each with its token; 1 if
-- leases of anyone have run out; the number of dead jobs.
local deadline, worker, forget_ms = now + tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[5])
call('ZADD', SEEN, now, worker)
call('HSET', WORKERS, worker, ARGV[4])
local silent = call('ZRANGEBYSCORE', SEEN, '-inf', now - forget_ms, 'LIMIT', 0, 20)
if #silent > 0 then
  call('ZREM', SEEN, unpack(silent))
  call('HDEL', WORKERS, unpack(silent))
end
call('ZREMRANGEBYSCORE', WAITERS, '-inf', now - WAITER_FORGOTTEN_MS)
local lost = {}
for i = 6, #ARGV do
  if call('ZSCORE', LEASES, ARGV[i]) then
    call('ZADD', LEASES, 'XX', deadline, ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
local cancelled = {}
if call('EXISTS', CANCELS) == 1 then
  local held = {}
  for i = 6, #ARGV do held[ARGV[i]] = true end
  local asked = call('HGETALL', CANCELS)
  for i = 1, #asked, 2 do
    local id, token = asked[i], asked[i + 1]
    local record = call('HGET', RUNNING, id)
    if not record or sub(record, 1, #token + 1) ~= token .. '|' then
      -- It has ended, or runs again under another lease.
      call('HDEL', CANCELS, id)
    elseif held[token] then
      cancelled[#cancelled + 1] = id
      cancelled[#cancelled + 1] = token
    end
  end
end
local expired = call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, 1)
return { lost, cancelled, #expired, call('ZCARD', DEAD) }
