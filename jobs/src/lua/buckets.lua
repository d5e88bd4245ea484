-- Put after common.lua in scripts that write figures: rings of buckets {seconds each, seconds kept}. A bucket takes so many
-- lanes and no more, which bounds what is kept whatever the number of merchants.
local RINGS = { { 10, 90 }, { 60, 3720 }, { 3600, 90000 } }
local LANES_IN_BUCKET = 256
local function bucket(kind, seconds)
  return PREFIX .. kind .. ':' .. seconds .. ':' .. string.format('%.0f', floor(time[1] / seconds) * seconds)
end
local function meter_lane(lane, pairs_of)
  for r = 1, #RINGS do
    local key = bucket('lanes', RINGS[r][1])
    local known = call('HEXISTS', key, lane .. '/') == 1
    if not known and tonumber(call('HGET', key, '#') or '0') < LANES_IN_BUCKET then
      known = true
      call('HSET', key, lane .. '/', 1)
      if call('HINCRBY', key, '#', 1) == 1 then call('EXPIRE', key, RINGS[r][2]) end
    end
    if known then
      for i = 1, #pairs_of, 2 do call('HINCRBY', key, lane .. '/' .. pairs_of[i], pairs_of[i + 1]) end
    end
  end
end
