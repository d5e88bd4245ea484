-- settings: what is served, at which share and pace, as `control` keeps it. O(lanes set and halted), which `control` bounds.
-- Returns: 1 if the queue is paused; `settings` as field, value; the halted lanes.
return { call('EXISTS', PAUSED), call('HGETALL', SETTINGS), call('SMEMBERS', HALTED) }
