-- Attempts are found by the words of their errors, as dead letters are: by an index, in each day's partition.
CREATE INDEX job_attempts_words_idx ON job_attempts USING gin (to_tsvector('simple', error)) WHERE error IS NOT NULL;

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
    newest timestamptz;
    day timestamptz;
    found integer;
BEGIN
    LOOP
        SELECT max(a.finished_at) INTO newest FROM job_attempts a
        WHERE a.finished_at >= from_time AND a.finished_at < until_time
          AND a.finished_at <= before_time AND (a.finished_at, a.attempt_id) < (before_time, before_id);
        EXIT WHEN newest IS NULL;
        day := date_trunc('day', newest);
        RETURN QUERY
            SELECT a.merchant_id, a.finished_at, a.attempt_id FROM job_attempts a
            WHERE to_tsvector('simple', a.error) @@ query AND a.error IS NOT NULL
              AND (scope = '*' OR a.merchant_id = ANY (merchants))
              AND (in_merchant IS NULL OR a.merchant_id = in_merchant) AND (in_queue IS NULL OR a.queue = in_queue)
              AND (in_topic IS NULL OR a.topic = in_topic) AND (in_class IS NULL OR a.error_class = in_class)
              AND (in_job IS NULL OR a.job_id = in_job)
              AND a.finished_at >= greatest(from_time, day) AND a.finished_at < least(until_time, day + interval '1 day')
              AND (a.finished_at, a.attempt_id) < (before_time, before_id)
            ORDER BY a.finished_at DESC, a.attempt_id DESC LIMIT wanted;
        GET DIAGNOSTICS found = ROW_COUNT;
        wanted := wanted - found;
        EXIT WHEN wanted <= 0;
        before_time := day;
        before_id := '';
        IF clock_timestamp() - begun > time_max THEN
            RETURN QUERY SELECT NULL::text, day, ''::text;
            EXIT;
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION job_attempts_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_attempts_with_words TO loyalnest_app;
