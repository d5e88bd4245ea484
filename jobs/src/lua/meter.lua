-- meter: adds what a worker has measured since the last call, and notes the totals a bucket begins with, so that any window's
-- counts are a difference. O(fields); called once a second by a worker, never for a job.
-- ARGV: 2 number of pairs of the queue; then pairs field, count (`w5`: 5th bucket of waits, `r5`: of runs); then for each
-- lane its name, number of pairs, pairs.
local lanes_from = 3 + 2 * tonumber(ARGV[2])
for r = 1, #RINGS do
  local key = bucket('meter', RINGS[r][1])
  if call('HSETNX', key, 'at', string.format('%.0f', now)) == 1 then
    call('EXPIRE', key, RINGS[r][2])
    local totals = call('HGETALL', STATS)
    for i = 1, #totals, 2 do call('HSET', key, 't:' .. totals[i], totals[i + 1]) end
  end
  for i = 3, lanes_from - 1, 2 do call('HINCRBY', key, ARGV[i], ARGV[i + 1]) end
end
local i = lanes_from
while i < #ARGV do
  local lane, last = ARGV[i], i + 1 + 2 * tonumber(ARGV[i + 1])
  local measured = {}
  for n = i + 2, last do measured[#measured + 1] = ARGV[n] end
  meter_lane(lane, measured)
  i = last + 1
end
return 0
