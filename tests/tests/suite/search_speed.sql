-- A month of a large platform, for `search_speed.rs`: 10,000,000 attempts in 30 days and 1,000,000 dead letters in 90, of 1,000
-- merchants (the first has a sixteenth of all), 10 kinds, 8 topics, and 12 classes of errors from very common to very rare.
-- Set-based; indexes are made afterwards, as one would load a table.
SET timezone = 'UTC';
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
CREATE TEMP TABLE merchant_of AS SELECT number, '01JD8Q3VN7Z9M0A2B4C6' || lpad(number::text, 6, '0') AS merchant_id FROM generate_series(0, 999) AS number;
CREATE FUNCTION pg_temp.class_of(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN n % 100000 = 7 THEN 'poison' WHEN n % 10000 = 3 THEN 'payload' WHEN n % 1000 = 5 THEN 'panic'
        ELSE (ARRAY['timeout', 'postgres_unavailable', 'timeout', 'rate_limited', 'timeout', 'http_5xx', 'lost_worker', 'shape', 'conflict'])[1 + n % 9] END
$$;
CREATE FUNCTION pg_temp.error_of(n bigint, hash bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.class_of(n) || ': the upstream at host-' || hash % 50 || '.example.com answered ' || 400 + hash % 200 || ' after '
        || hash % 30000 || ' ms: request ' || md5(hash::text) || ' of order ' || 5000000000000 + hash % 1000000000
        || CASE WHEN n % 500000 = 11 THEN ': certificate has expired' ELSE '' END
$$;
CREATE FUNCTION pg_temp.at(n bigint, total bigint, days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('second', CURRENT_TIMESTAMP) - make_interval(secs => (total - n)::double precision / total * 86400 * days)
$$;
SELECT job_attempts_make_day((CURRENT_DATE - back)) FROM generate_series(0, 31) AS back;
DO $$
DECLARE
    made record;
BEGIN
    CREATE TEMP TABLE index_of ON COMMIT PRESERVE ROWS AS
        SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
        WHERE indrelid IN ('job_attempts'::regclass, 'dead_letters'::regclass) AND NOT indisprimary;
    FOR made IN SELECT * FROM index_of LOOP
        EXECUTE 'DROP INDEX ' || made.name;
    END LOOP;
END $$;
INSERT INTO job_attempts (merchant_id, attempt_id, job_id, queue, topic, attempt, worker, outcome, error_class, error, trace_id, started_at, finished_at)
SELECT m.merchant_id, '01JD' || lpad(n::text, 22, '0'), '01JC' || lpad((n / 3)::text, 22, '0'),
       (ARRAY['award-points', 'cancel-adjustment', 'klaviyo-event', 'email', 'sms', 'rfm', 'campaign', 'referral', 'import', 'export'])[1 + (h / 7) % 10],
       CASE WHEN (h / 7) % 10 < 2 THEN (ARRAY['orders/create', 'orders/paid', 'orders/updated', 'refunds/create', 'orders/cancelled', 'customers/create', 'customers/update', 'app/uninstalled'])[1 + (h / 11) % 8] END,
       1 + (n % 3)::integer, 'worker-' || h % 20, CASE WHEN n % 3 = 2 THEN 'dead' ELSE 'retried' END,
       pg_temp.class_of(n), pg_temp.error_of(n, h), 'req-' || n / 3,
       pg_temp.at(n, 10000000, 30) - interval '40 milliseconds', pg_temp.at(n, 10000000, 30)
FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(1, 10000000::bigint) AS n) AS numbers
JOIN merchant_of m ON m.number = CASE WHEN h % 16 = 0 THEN 0 ELSE (h / 16) % 1000 END;
INSERT INTO dead_letters (merchant_id, job_id, queue, topic, payload, attempts, error_class, reason, trace_id, enqueued_at, died_at)
SELECT m.merchant_id, '01JC' || lpad((n * 10 / 3)::text, 22, '0'),
       (ARRAY['award-points', 'cancel-adjustment', 'klaviyo-event', 'email', 'sms', 'rfm', 'campaign', 'referral', 'import', 'export'])[1 + (h / 7) % 10],
       CASE WHEN (h / 7) % 10 < 2 THEN (ARRAY['orders/create', 'orders/paid', 'orders/updated', 'refunds/create', 'orders/cancelled', 'customers/create', 'customers/update', 'app/uninstalled'])[1 + (h / 11) % 8] END,
       jsonb_build_object('log_id', '01JC' || lpad((n * 10 / 3)::text, 22, '0')), 12, pg_temp.class_of(n), pg_temp.error_of(n, h), 'req-' || n,
       pg_temp.at(n, 1000000, 90) - interval '1 hour', pg_temp.at(n, 1000000, 90)
FROM (SELECT n, abs(hashint8(n * 10)::bigint) AS h FROM generate_series(1, 1000000::bigint) AS n) AS numbers
JOIN merchant_of m ON m.number = CASE WHEN h % 16 = 0 THEN 0 ELSE (h / 16) % 1000 END;
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT * FROM index_of LOOP
        EXECUTE replace(made.definition, ' ON ONLY ', ' ON ');
    END LOOP;
END $$;
ANALYZE job_attempts;
ANALYZE dead_letters;
