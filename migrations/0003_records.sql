-- What came in (api_logs), what was done (audit_logs), what must be told to others (outbox), and how jobs ended.

-- One row a webhook. `payload` holds the facts we use; the raw bytes, needed to replay it, are in api_log_bodies.
CREATE TABLE api_logs (
    merchant_id  text COLLATE "C" NOT NULL, -- known to the ingress, which answers 404 for others
    log_id       text COLLATE "C" NOT NULL,
    endpoint     text COLLATE "C" NOT NULL, -- Shopify's topic as sent
    payload      jsonb,                     -- shopify::WebhookFacts; NULL: the body does not have the topic's shape, or the topic is not ours
    retry_count  integer NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
    status       text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'success', 'failed')),
    created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished_at  timestamptz(3),
    job_kind     text COLLATE "C", -- kind of job it waits for; NULL while pending: its handler comes with a later release
    error        text,             -- why it failed, or why it needs no work
    webhook_id   text COLLATE "C" NOT NULL,
    event_id     text,
    api_version  text,
    triggered_at timestamptz(3),
    PRIMARY KEY (merchant_id, log_id),
    CONSTRAINT api_logs_webhook_key UNIQUE (merchant_id, webhook_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('api_logs', 'fillfactor = 85');
CREATE INDEX idx_api_logs_merchant_id_endpoint ON api_logs (merchant_id, endpoint, log_id);
CREATE INDEX api_logs_open_idx ON api_logs (status, created_at) WHERE status <> 'success'; -- the sweep, and the retry page

-- The raw bytes as signed, LZ4 block with the length in front. Kept in the row, not in TOAST: one heap insert a webhook.
CREATE TABLE api_log_bodies (
    merchant_id text COLLATE "C" NOT NULL,
    log_id      text COLLATE "C" NOT NULL,
    body        bytea NOT NULL,
    PRIMARY KEY (merchant_id, log_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('api_log_bodies', 'toast_tuple_target = 8160');
DO $$
BEGIN
    ALTER TABLE api_log_bodies ALTER COLUMN body SET STORAGE EXTERNAL;
    FOR i IN 0..3 LOOP
        EXECUTE format('ALTER TABLE api_log_bodies_p%s ALTER COLUMN body SET STORAGE EXTERNAL', i);
    END LOOP;
END $$;

CREATE TABLE audit_logs (
    merchant_id text COLLATE "C" NOT NULL, -- 'platform' for what concerns no merchant
    audit_id    text COLLATE "C" NOT NULL,
    action      text COLLATE "C" NOT NULL,
    actor_id    text COLLATE "C" REFERENCES admin_users, -- NULL: the system itself
    metadata    jsonb,
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, audit_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('audit_logs');
CREATE INDEX idx_audit_logs_action ON audit_logs (merchant_id, action, audit_id);

-- Written with the change it tells of; the relay enqueues a row and deletes it.
CREATE TABLE outbox (
    merchant_id text COLLATE "C" NOT NULL,
    outbox_id   text COLLATE "C" NOT NULL,
    channel     text COLLATE "C" NOT NULL CHECK (channel IN ('event', 'notification')),
    name        text COLLATE "C" NOT NULL, -- points_earned, points_adjusted, ...
    payload     jsonb NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, outbox_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('outbox');

-- Attempts that did not succeed, and jobs that were given up. (A success shows in the record it worked on.)
CREATE TABLE job_attempts (
    merchant_id text COLLATE "C" NOT NULL,
    attempt_id  text COLLATE "C" NOT NULL,
    job_id      text COLLATE "C" NOT NULL,
    queue       text COLLATE "C" NOT NULL,
    attempt     integer NOT NULL CHECK (attempt > 0),
    worker      text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('retried', 'snoozed', 'cancelled', 'dead')),
    error       text,
    trace_id    text,
    started_at  timestamptz(3) NOT NULL,
    finished_at timestamptz(3) NOT NULL,
    PRIMARY KEY (merchant_id, attempt_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('job_attempts');
CREATE INDEX job_attempts_job_idx ON job_attempts (merchant_id, job_id, attempt_id);

CREATE TABLE dead_letters (
    merchant_id text COLLATE "C" NOT NULL,
    job_id      text COLLATE "C" NOT NULL,
    queue       text COLLATE "C" NOT NULL,
    payload     jsonb NOT NULL,
    attempts    integer NOT NULL CHECK (attempts >= 0),
    reason      text NOT NULL,
    trace_id    text,
    enqueued_at timestamptz(3) NOT NULL,
    died_at     timestamptz(3) NOT NULL,
    PRIMARY KEY (merchant_id, job_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('dead_letters');
CREATE INDEX dead_letters_queue_idx ON dead_letters (merchant_id, queue, died_at);
