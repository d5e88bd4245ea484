-- The relay moves events from the outbox to jobs (docs/adr/0020).

-- It reads the oldest events first. `position` is drawn while the customer is locked, so that the events of a customer have the order of
-- its transactions. Nothing looks an event up by its id, and the keys of the ledger make ids unique. Who is interested is not said by
-- the event.
ALTER TABLE outbox DROP CONSTRAINT outbox_pkey, DROP COLUMN channels;
ALTER TABLE outbox ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE outbox ADD PRIMARY KEY (position);

-- Which consumers, kinds of jobs, a merchant has configured.
CREATE TABLE event_subscriptions (
    merchant_id text COLLATE "C" NOT NULL REFERENCES merchants,
    consumer    text COLLATE "C" NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, consumer)
);

-- An event that a consumer is to be given, from the relay to the end of the consumer's job.
CREATE TABLE event_deliveries (
    merchant_id text COLLATE "C" NOT NULL,
    job_id      text COLLATE "C" NOT NULL,
    delivery_no bigint GENERATED ALWAYS AS IDENTITY,
    consumer    text COLLATE "C" NOT NULL, -- the kind of the job
    event_id    text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    payload     jsonb NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    relayed_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    failed_at   timestamptz(3), -- its job was given up
    PRIMARY KEY (merchant_id, job_id)
);
CREATE UNIQUE INDEX event_deliveries_open_idx ON event_deliveries (delivery_no) WHERE failed_at IS NULL;
CREATE INDEX event_deliveries_failed_idx ON event_deliveries (failed_at) WHERE failed_at IS NOT NULL;

-- Events whose name the relay did not know, which a newer one may.
CREATE TABLE outbox_held (
    held_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id text COLLATE "C" NOT NULL,
    outbox_id   text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    payload     jsonb NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    held_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    reason      text NOT NULL
);
CREATE INDEX outbox_held_name_idx ON outbox_held (name, held_id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['event_subscriptions', 'event_deliveries', 'outbox_held'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format($policy$
            CREATE POLICY merchant_scope ON %I TO loyalnest_app USING (
                (SELECT current_setting('loyalnest.merchants', true)) = '*'
                OR merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants', true), ','))::text[]))
        $policy$, t);
    END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON event_subscriptions TO loyalnest_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_deliveries, outbox_held TO loyalnest_app; -- UPDATE of the latter to lock it

-- The one relay of the cluster.
CREATE TABLE outbox_relay (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    relay        text COLLATE "C" NOT NULL DEFAULT '',
    leased_until timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    sent_up_to   bigint NOT NULL DEFAULT 0, -- deliveries up to this one have, or had, a job
    relayed      bigint NOT NULL DEFAULT 0  -- events taken from the outbox so far
);
INSERT INTO outbox_relay DEFAULT VALUES;
GRANT SELECT, UPDATE ON outbox_relay TO loyalnest_app;
