-- Audit rows are append-only for the application's role, which may remove old ones through this function alone: it runs as its owner, and
-- refuses to remove what is younger than 90 days. Removes at most rows_max rows of one merchant ('platform' for those of none).
CREATE FUNCTION audit_logs_trim(of_merchant text, before_id text, before_time timestamptz, rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    IF before_time > CURRENT_TIMESTAMP - interval '89 days' THEN
        RAISE EXCEPTION 'audit rows are kept for 90 days at least' USING ERRCODE = 'check_violation';
    END IF;
    WITH old AS (
        SELECT audit_id FROM audit_logs WHERE merchant_id = of_merchant AND audit_id < before_id AND created_at < before_time
        ORDER BY audit_id LIMIT least(rows_max, 10000)
    )
    DELETE FROM audit_logs WHERE merchant_id = of_merchant AND audit_id = ANY (ARRAY(SELECT audit_id FROM old));
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION audit_logs_trim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_logs_trim TO loyalnest_app;
