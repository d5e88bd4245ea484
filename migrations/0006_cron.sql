-- What recurs: each entry's standing, and each tick that was claimed. Of the platform, not of a merchant: no tenant's data is
-- here, so grants protect it and row-level security does not apply.

-- Registered by schedulers when they start. Every tick up to decided_until is decided: claimed, or missed.
CREATE TABLE cron_entries (
    name           text COLLATE "C" PRIMARY KEY,
    schedule       text NOT NULL,
    time_zone      text NOT NULL,
    catch_up       text NOT NULL CHECK (catch_up IN ('skip', 'once', 'all')),
    decided_until  timestamptz(3) NOT NULL,
    next_tick      timestamptz(3), -- NULL: none any more
    missed_ticks   bigint NOT NULL DEFAULT 0 CHECK (missed_ticks >= 0), -- since it was registered
    last_missed    timestamptz(3)
);

-- A tick of an entry exists once in the cluster: this key is what makes it so. Its job's id is made from it.
CREATE TABLE cron_ticks (
    name        text COLLATE "C" NOT NULL,
    tick        timestamptz(3) NOT NULL,
    job_id      text COLLATE "C" NOT NULL,
    claimed_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    enqueued_at timestamptz(3), -- last time its job was handed to Redis; NULL: not yet
    finished_at timestamptz(3), -- its job has done its work
    PRIMARY KEY (name, tick),
    CONSTRAINT cron_ticks_job_key UNIQUE (job_id)
);
CREATE INDEX cron_ticks_unfinished_idx ON cron_ticks (claimed_at) WHERE finished_at IS NULL; -- the reconciler's

GRANT SELECT, INSERT, UPDATE, DELETE ON cron_entries, cron_ticks TO loyalnest_app;
