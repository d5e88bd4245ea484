-- dead: pages through dead letters, oldest first, or removes those that are kept elsewhere. O(jobs).
-- ARGV: 2 page | acknowledge; page: 3 limit; acknowledge: from 3 the references.
-- A page answers four for each: reference, died_at_ms, `attempts|rescues|class|reason`, envelope.
if ARGV[2] == 'acknowledge' then
  local removed = 0
  for i = 3, #ARGV do
    -- Not if it was brought back to life meanwhile.
    if call('ZREM', DEAD, ARGV[i]) == 1 then
      local id = sub(ARGV[i], 1, 26)
      call('HDEL', DEAD_DETAILS, id)
      call('HDEL', JOBS, id)
      tally('x/', { ARGV[i] }, -1)
      removed = removed + 1
    end
  end
  return { removed }
end
local reply = {}
local found = call('ZRANGE', DEAD, 0, tonumber(ARGV[3]) - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  local id = sub(found[i], 1, 26)
  reply[#reply + 1] = found[i]
  reply[#reply + 1] = tonumber(found[i + 1])
  reply[#reply + 1] = call('HGET', DEAD_DETAILS, id) or '0|0|unclassified|unknown'
  reply[#reply + 1] = call('HGET', JOBS, id) or ''
end
return reply
