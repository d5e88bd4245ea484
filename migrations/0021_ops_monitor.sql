-- The queue monitor: what its users changed, sessions that ended early, and bulk operations. All of it is the platform's, not a merchant's.
-- Who did what: written before it is done, so that nothing is done without its entry. Only how it ended is written later.
CREATE TABLE ops_audit (
    audit_id    text COLLATE "C" PRIMARY KEY,                                    -- ULID: newest last
    at          timestamptz(3) NOT NULL,
    actor_id    text COLLATE "C" NOT NULL,
    actor_name  text NOT NULL,
    role        text COLLATE "C",
    action      text COLLATE "C" NOT NULL,
    outcome     text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'partial', 'refused')),
    queue       text COLLATE "C",
    lane        text COLLATE "C",
    job_id      text COLLATE "C",
    bulk_id     text COLLATE "C",
    target      text,
    count       bigint CHECK (count >= 0),
    reason      text,
    details     json NOT NULL DEFAULT '{}',                                      -- before, after, filters: ids and settings only
    request_id  text COLLATE "C"
);
CREATE INDEX idx_ops_audit_job ON ops_audit (job_id, audit_id) WHERE job_id IS NOT NULL;
CREATE INDEX idx_ops_audit_action ON ops_audit (action, audit_id);

-- Sessions are signed cookies; one that was ended by its user is refused until it would have ended by itself.
CREATE TABLE ops_sessions_ended (
    session_id  text COLLATE "C" PRIMARY KEY,
    ends_at     timestamptz(3) NOT NULL
);

-- Bulk operations: the plan, and how far it has come. The process that works on one renews `worked_at`.
CREATE TABLE ops_bulk (
    bulk_id      text COLLATE "C" PRIMARY KEY,
    action       text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    request      json NOT NULL,                                                  -- the filter, or the jobs by name
    progress     json NOT NULL,                                                  -- counts, sample, counts by queue
    actor_id     text COLLATE "C" NOT NULL,
    actor_name   text NOT NULL,
    reason       text,
    error        text,
    created_at   timestamptz(3) NOT NULL,
    counted_at   timestamptz(3) NOT NULL,
    confirmed_at timestamptz(3),
    ended_at     timestamptz(3),
    worked_at    timestamptz(3) NOT NULL
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ops_audit', 'ops_sessions_ended', 'ops_bulk'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY platform_scope ON %I TO loyalnest_app USING ((SELECT current_setting(''loyalnest.merchants'', true)) = ''*'')', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON ops_audit TO loyalnest_app;
GRANT UPDATE (outcome, count) ON ops_audit TO loyalnest_app;
GRANT SELECT, INSERT, DELETE ON ops_sessions_ended TO loyalnest_app;
GRANT SELECT, INSERT, UPDATE ON ops_bulk TO loyalnest_app;
