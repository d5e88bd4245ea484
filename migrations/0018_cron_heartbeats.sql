-- Schedulers of several versions share the entries: one must not remove what another has. An entry is seen by each scheduler that has it,
-- again and again; one that nobody has seen for long is retired, and keeps its cursor for its owner's return.
ALTER TABLE cron_entries
    ADD COLUMN seen_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, -- last time a scheduler that has it said so
    ADD COLUMN retired_at timestamptz(3);                                     -- NULL: some scheduler has it
