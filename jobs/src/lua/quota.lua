-- quota: counts what one caller spends within its window, by Redis' clock. O(1). Stands alone.
-- KEYS: the counter, which expires with its window. ARGV: 1 window_ms.
-- Answers how much was spent in this window, and in how many ms it ends.
local spent = redis.call('INCR', KEYS[1])
if spent == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { spent, redis.call('PTTL', KEYS[1]) }
