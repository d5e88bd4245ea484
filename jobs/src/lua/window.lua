-- window: the sums of one ring of buckets. O(buckets).
-- ARGV: 2 seconds of a bucket, 3 number of buckets, 4 lane ('' = the queue); for a lane, from 5 the fields to sum.
-- Returns: now_ms, when the oldest bucket began to count (0 = none), number of values of its totals, the totals as name, value,
-- then the sums as field, count.
local seconds, buckets, lane = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local newest = floor(time[1] / seconds) * seconds
local at, totals, sums = 0, {}, {}
for back = buckets - 1, 0, -1 do
  local start = string.format('%.0f', newest - back * seconds)
  local key = PREFIX .. 'meter:' .. seconds .. ':' .. start
  if lane == '' then
    local fields = call('HGETALL', key)
    for i = 1, #fields, 2 do
      local field, value = fields[i], fields[i + 1]
      if field ~= 'at' and sub(field, 1, 2) ~= 't:' then
        sums[field] = (sums[field] or 0) + value
      elseif at == 0 and field ~= 'at' then
        totals[#totals + 1] = sub(field, 3)
        totals[#totals + 1] = value
      end
    end
  else
    local names = {}
    for i = 5, #ARGV do names[#names + 1] = lane .. '/' .. ARGV[i] end
    local of_lane = PREFIX .. 'lanes:' .. seconds .. ':' .. start
    local counts = call('HEXISTS', of_lane, lane .. '/') == 1 and call('HMGET', of_lane, unpack(names)) or {}
    for i = 5, #ARGV do
      local count = counts[i - 4]
      if count then sums[ARGV[i]] = (sums[ARGV[i]] or 0) + count end
    end
  end
  if at == 0 then at = tonumber(call('HGET', key, 'at') or '0') end
end
local reply = { now, at, #totals }
for i = 1, #totals do reply[#reply + 1] = totals[i] end
for field, sum in pairs(sums) do
  reply[#reply + 1] = field
  reply[#reply + 1] = sum
end
return reply
