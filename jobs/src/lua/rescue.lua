-- rescue: takes back leases that ran out. O(limit).
-- ARGV: 2 limit, 3 how often a job may be rescued before it is poison. A rescued job goes to the head of its lane and
-- keeps its attempt counted. Answers: rescued, buried as poison.
local limit, rescues_max = tonumber(ARGV[2]), tonumber(ARGV[3])
local refs = call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, limit)
if #refs == 0 then return { 0, 0 } end
local ids = {}
for i = 1, #refs do ids[i] = sub(refs[i], 1, 26) end
local records = call('HMGET', RUNNING, unpack(ids))
call('ZREM', LEASES, unpack(refs))
call('HDEL', RUNNING, unpack(ids))
local back, poison = {}, 0
for i = 1, #refs do
  if records[i] then
    local attempts, rescues, worker = string.match(records[i], '^%d+|(%d+)|(%d+)|(.*)|%d+$')
    if tonumber(rescues) >= rescues_max then
      bury(refs[i], attempts, rescues, 'poison: its lease ran out ' .. (rescues + 1) .. ' times, last held by ' .. worker)
      poison = poison + 1
    else
      call('HSET', TRIES, ids[i], attempts .. '|' .. (rescues + 1))
      back[#back + 1] = refs[i]
    end
  end
end
if #back > 0 then
  put_all(back, true)
  call('HINCRBY', STATS, 'rescued', #back)
  wake()
end
return { #back, poison }
