-- The tables that an award writes become plain ones; only the ledger stays partitioned, as the specification asks. A statement
-- starts each partition it touches anew (indexes, checks, policies), which cost more than its rows (docs/adr/0008).
DO $$
DECLARE
    t text;
    options text;
    renamed record;
BEGIN
    FOR t, options IN SELECT * FROM (VALUES
        ('customers', 'fillfactor = 60'), ('point_lots', 'fillfactor = 90'), ('orders', 'fillfactor = 80'),
        ('api_logs', 'fillfactor = 85'), ('api_log_bodies', 'toast_tuple_target = 8160'), ('audit_logs', 'fillfactor = 100'),
        ('outbox', 'fillfactor = 100')) AS v
    LOOP
        EXECUTE format('CREATE TABLE plain (LIKE %I INCLUDING ALL) WITH (%s)', t, options);
        EXECUTE format('INSERT INTO plain SELECT * FROM %I', t);
        -- Each index of the copy takes the name of the one with the same definition.
        CREATE TEMP TABLE names ON COMMIT DROP AS
            SELECT new.indexrelid::regclass::text AS made, old.relname AS name
            FROM (SELECT i.indexrelid, c.relname, pg_get_indexdef(i.indexrelid) AS def FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                  WHERE i.indrelid = t::regclass) old
            JOIN (SELECT indexrelid, pg_get_indexdef(indexrelid) AS def FROM pg_index WHERE indrelid = 'plain'::regclass) new
              ON regexp_replace(old.def, '^.* USING ', '') = regexp_replace(new.def, '^.* USING ', '');
        EXECUTE format('DROP TABLE %I CASCADE', t);
        EXECUTE format('ALTER TABLE plain RENAME TO %I', t);
        FOR renamed IN SELECT * FROM names LOOP
            EXECUTE format('ALTER INDEX %s RENAME TO %I', renamed.made, renamed.name);
        END LOOP;
        DROP TABLE names;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format($policy$
            CREATE POLICY merchant_scope ON %I TO loyalnest_app USING (
                (SELECT current_setting('loyalnest.merchants', true)) = '*'
                OR merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants', true), ','))::text[]))
        $policy$, t);
    END LOOP;
END $$;

ALTER TABLE customers ADD FOREIGN KEY (merchant_id) REFERENCES merchants;
ALTER TABLE audit_logs ADD FOREIGN KEY (actor_id) REFERENCES admin_users;
ALTER TABLE lot_allocations ADD FOREIGN KEY (merchant_id, lot_id) REFERENCES point_lots;
ALTER TABLE reward_redemptions ADD FOREIGN KEY (merchant_id, customer_id) REFERENCES customers;

GRANT SELECT, INSERT, UPDATE ON customers, point_lots, orders, api_logs TO loyalnest_app;
GRANT SELECT, INSERT ON audit_logs TO loyalnest_app;
GRANT SELECT, INSERT, DELETE ON api_log_bodies, outbox TO loyalnest_app;
