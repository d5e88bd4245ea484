-- How jobs ended, to be searched: attempts in daily partitions, which retention drops whole; dead letters by any column.
--
-- job_attempts is partitioned by time, not by merchant: every question about it has a time window, ten million rows a month
-- must go again without a vacuum, and row-level security holds on any partitioning. Indexes carry the time alone after
-- their column: ties within a millisecond are sorted as they are read.

-- The successful attempt of a webhook's job has no row here, which would cost as much as the award: api_logs tells of it.

ALTER TABLE job_attempts RENAME TO job_attempts_by_merchant;
ALTER INDEX job_attempts_pkey RENAME TO job_attempts_by_merchant_pkey;
DROP INDEX job_attempts_job_idx;

CREATE TABLE job_attempts (
    merchant_id text COLLATE "C" NOT NULL,
    attempt_id  text COLLATE "C" NOT NULL,
    job_id      text COLLATE "C" NOT NULL,
    parent_id   text COLLATE "C",  -- job or webhook that caused this job; NULL: its id is its webhook's
    queue       text COLLATE "C" NOT NULL,
    topic       text COLLATE "C",  -- of the webhook, where there is one
    attempt     integer NOT NULL CHECK (attempt > 0),
    worker      text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('done', 'retried', 'snoozed', 'cancelled', 'dead')),
    error_class text COLLATE "C" CHECK (error_class ~ '^[a-z][a-z0-9_]*$'), -- postgres_unavailable, timeout, panic, ...
    error       text,
    trace_id    text,
    started_at  timestamptz(3) NOT NULL,
    finished_at timestamptz(3) NOT NULL,
    PRIMARY KEY (merchant_id, finished_at, attempt_id)
) PARTITION BY RANGE (finished_at);
CREATE INDEX job_attempts_time_idx ON job_attempts (finished_at);
CREATE INDEX job_attempts_queue_idx ON job_attempts (queue, finished_at);
CREATE INDEX job_attempts_topic_idx ON job_attempts (topic, finished_at) WHERE topic IS NOT NULL;
CREATE INDEX job_attempts_class_idx ON job_attempts (error_class, finished_at) WHERE error_class IS NOT NULL;
CREATE INDEX job_attempts_job_idx ON job_attempts (job_id);
CREATE INDEX job_attempts_parent_idx ON job_attempts (parent_id) WHERE parent_id IS NOT NULL;
-- What no day has taken: written while nobody made partitions. They take it over when they are made.
CREATE TABLE job_attempts_other PARTITION OF job_attempts DEFAULT;

-- The partition of one day; takes over what the default holds of it.
CREATE FUNCTION job_attempts_make_day(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    part text := 'job_attempts_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.job_attempts INCLUDING ALL)', part);
    EXECUTE format('WITH taken AS (DELETE FROM public.job_attempts_other WHERE finished_at >= %L AND finished_at < %L RETURNING *)
                    INSERT INTO public.%I SELECT * FROM taken', day::timestamptz, (day + 1)::timestamptz, part);
    EXECUTE format('ALTER TABLE public.job_attempts ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        part, day::timestamptz, (day + 1)::timestamptz);
    RETURN true;
END $$;

-- Makes the partitions of today and the days to come, and drops the oldest one that is past its time, one a call. Called by the
-- scheduler as the application role, which owns nothing: so it runs as its owner, and refuses to forget too soon.
-- Answers how many partitions it made and dropped.
CREATE FUNCTION job_attempts_keep(now timestamptz, kept_days integer, days_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    today date := now::date;
    changed integer := 0;
    oldest text;
BEGIN
    IF kept_days < 7 OR days_ahead NOT BETWEEN 0 AND 31 THEN
        RAISE EXCEPTION 'attempts are kept 7 days at least, and at most 31 are prepared' USING ERRCODE = 'check_violation';
    END IF;
    IF now > CURRENT_TIMESTAMP + interval '1 day' THEN
        RAISE EXCEPTION 'a clock that is a day ahead must not forget attempts' USING ERRCODE = 'check_violation';
    END IF;
    -- Any number of schedulers may run; one at a time changes the table.
    IF NOT pg_try_advisory_xact_lock(hashtext('job_attempts_keep')) THEN
        RETURN 0;
    END IF;
    FOR ahead IN 0..days_ahead LOOP
        changed := changed + job_attempts_make_day(today + ahead)::integer;
    END LOOP;
    SELECT c.relname INTO oldest FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.job_attempts'::regclass AND c.relname ~ '^job_attempts_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - kept_days
    ORDER BY c.relname LIMIT 1;
    IF oldest IS NOT NULL THEN
        EXECUTE format('DROP TABLE public.%I', oldest);
        changed := changed + 1;
    END IF;
    RETURN changed;
END $$;

SET LOCAL timezone = 'UTC';
SELECT job_attempts_make_day(day) FROM (
    SELECT DISTINCT finished_at::date AS day FROM job_attempts_by_merchant
    UNION SELECT CURRENT_DATE + ahead FROM generate_series(0, 7) AS ahead) AS days;
INSERT INTO job_attempts (merchant_id, attempt_id, job_id, queue, topic, attempt, worker, outcome, error, error_class, trace_id,
                          started_at, finished_at)
SELECT a.merchant_id, attempt_id, job_id, queue, l.endpoint, attempt, a.worker, outcome, a.error,
       CASE WHEN a.error IS NOT NULL THEN 'unclassified' END, trace_id, a.started_at, a.finished_at
FROM job_attempts_by_merchant a LEFT JOIN api_logs l ON l.merchant_id = a.merchant_id AND l.log_id = a.job_id;
DROP TABLE job_attempts_by_merchant;

ALTER TABLE dead_letters
    ADD COLUMN version     integer NOT NULL DEFAULT 1 CHECK (version > 0), -- of the payload
    ADD COLUMN parent_id   text COLLATE "C",
    ADD COLUMN topic       text COLLATE "C",
    ADD COLUMN error_class text COLLATE "C" NOT NULL DEFAULT 'unclassified' CHECK (error_class ~ '^[a-z][a-z0-9_]*$'),
    ADD COLUMN replayed_at timestamptz(3); -- enqueued again since it died; NULL: dead
UPDATE dead_letters d SET topic = l.endpoint FROM api_logs l WHERE l.merchant_id = d.merchant_id AND l.log_id = d.job_id;
DROP INDEX dead_letters_queue_idx;
CREATE INDEX dead_letters_merchant_idx ON dead_letters (merchant_id, died_at);
CREATE INDEX dead_letters_time_idx ON dead_letters (died_at);
CREATE INDEX dead_letters_queue_idx ON dead_letters (queue, died_at);
CREATE INDEX dead_letters_topic_idx ON dead_letters (topic, died_at) WHERE topic IS NOT NULL;
CREATE INDEX dead_letters_class_idx ON dead_letters (error_class, died_at);
CREATE INDEX dead_letters_job_idx ON dead_letters (job_id);
CREATE INDEX dead_letters_parent_idx ON dead_letters (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX dead_letters_words_idx ON dead_letters USING gin (to_tsvector('simple', reason));

-- Keys of the newest dead letters whose reason has these words. Row-level security keeps an index on words from being used,
-- since the operator could leak what it compares; so this looks as the owner, under the same scope, and answers keys only,
-- which the caller reads under the policy. Plans for the words at hand: rare ones through their index, common ones by time.
CREATE FUNCTION dead_letters_with_words(words text, in_merchant text, in_queue text, in_topic text, in_class text, with_replayed boolean,
    from_time timestamptz, until_time timestamptz, before_time timestamptz, before_job text, rows_max integer)
RETURNS TABLE (found_merchant text, found_job text) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    scope text := current_setting('loyalnest.merchants', true);
    merchants text[] := string_to_array(scope, ',');
    query tsquery := websearch_to_tsquery('simple', words);
BEGIN
    RETURN QUERY
        SELECT d.merchant_id, d.job_id FROM dead_letters d
        WHERE to_tsvector('simple', d.reason) @@ query
          AND (scope = '*' OR d.merchant_id = ANY (merchants))
          AND (in_merchant IS NULL OR d.merchant_id = in_merchant) AND (in_queue IS NULL OR d.queue = in_queue)
          AND (in_topic IS NULL OR d.topic = in_topic) AND (in_class IS NULL OR d.error_class = in_class)
          AND (with_replayed OR d.replayed_at IS NULL)
          AND d.died_at >= from_time AND d.died_at < until_time AND (d.died_at, d.job_id) < (before_time, before_job)
        ORDER BY d.died_at DESC, d.job_id DESC LIMIT least(rows_max, 1000);
END $$;

REVOKE ALL ON FUNCTION job_attempts_make_day, job_attempts_keep, dead_letters_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_attempts_keep, dead_letters_with_words TO loyalnest_app;
ALTER TABLE job_attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY merchant_scope ON job_attempts TO loyalnest_app USING (
    (SELECT current_setting('loyalnest.merchants', true)) = '*'
    OR merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants', true), ','))::text[]));
GRANT SELECT, INSERT ON job_attempts TO loyalnest_app;
