-- Attempts are found by the words of their errors, as dead letters are: by an index, in each day's partition. Not a partial one: the
-- statistics of an index's expression, which tell common words from rare ones, are used of whole indexes only.
CREATE INDEX job_attempts_words_idx ON job_attempts USING gin (to_tsvector('simple', error));

-- Keys of the newest attempts whose error has these words, as dead_letters_with_words() for letters: it looks as the owner, under
-- the caller's scope. Day after day, newest first, each with a plan for the words at hand, until there are enough or time_max has
-- passed. A last row without merchant says that all from found_at on has been looked at and older ones may follow.
CREATE FUNCTION job_attempts_with_words(words text, in_merchant text, in_queue text, in_topic text, in_class text, in_job text,
    from_time timestamptz, until_time timestamptz, before_time timestamptz, before_id text, rows_max integer, time_max interval)
RETURNS TABLE (found_merchant text, found_at timestamptz, found_attempt text) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan SET timezone = 'UTC' AS $$
DECLARE
    scope text := current_setting('loyalnest.merchants', true);
    merchants text[] := string_to_array(scope, ',');
    query tsquery := websearch_to_tsquery('simple', words);
    begun timestamptz := clock_timestamp();
    wanted integer := least(rows_max, 1000);
    looked_at timestamptz;
    day timestamptz;
    lower_time timestamptz; -- values, not expressions over times, which would be known too late to leave other days out of the plan
    upper_time timestamptz;
    found integer;
BEGIN
    FOR day IN
        SELECT d.day FROM (
            SELECT to_date(right(c.relname, 8), 'YYYYMMDD')::timestamptz AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'public.job_attempts'::regclass AND c.relname ~ '^job_attempts_[0-9]{8}$'
            UNION
            SELECT date_trunc('day', o.finished_at) FROM job_attempts_other o
        ) d
        WHERE d.day <= before_time AND d.day < until_time AND d.day + interval '1 day' > from_time
        ORDER BY d.day DESC
    LOOP
        IF looked_at IS NOT NULL AND clock_timestamp() - begun > time_max THEN
            RETURN QUERY SELECT NULL::text, looked_at, ''::text;
            EXIT;
        END IF;
        lower_time := greatest(from_time, day);
        upper_time := least(until_time, day + interval '1 day');
        RETURN QUERY
            SELECT a.merchant_id, a.finished_at, a.attempt_id FROM job_attempts a
            WHERE to_tsvector('simple', a.error) @@ query
              AND (scope = '*' OR a.merchant_id = ANY (merchants))
              AND (in_merchant IS NULL OR a.merchant_id = in_merchant) AND (in_queue IS NULL OR a.queue = in_queue)
              AND (in_topic IS NULL OR a.topic = in_topic) AND (in_class IS NULL OR a.error_class = in_class)
              AND (in_job IS NULL OR a.job_id = in_job)
              AND a.finished_at >= lower_time AND a.finished_at < upper_time
              AND (a.finished_at, a.attempt_id) < (before_time, before_id)
            ORDER BY a.finished_at DESC, a.attempt_id DESC LIMIT wanted;
        GET DIAGNOSTICS found = ROW_COUNT;
        wanted := wanted - found;
        EXIT WHEN wanted <= 0;
        looked_at := day;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION job_attempts_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_attempts_with_words TO loyalnest_app;
