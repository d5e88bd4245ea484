-- The application role sees only the merchants its transaction has declared: set_config('loyalnest.merchants', 'id,id,...', true).
-- Nothing declared: nothing seen. '*' is for the platform's own sweeps and look-ups, never for a request of a tenant.
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['merchants', 'program_settings', 'api_keys', 'customers', 'points_transactions', 'point_lots',
        'lot_allocations', 'orders', 'rewards', 'reward_redemptions', 'api_logs', 'api_log_bodies', 'audit_logs', 'outbox',
        'job_attempts', 'dead_letters'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format($policy$
            CREATE POLICY merchant_scope ON %I TO loyalnest_app USING (
                (SELECT current_setting('loyalnest.merchants', true)) = '*'
                OR merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants', true), ','))::text[]))
        $policy$, tenant);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO loyalnest_app;
GRANT SELECT, INSERT, UPDATE ON merchants, program_settings, api_keys, customers, point_lots, orders, rewards, reward_redemptions,
    api_logs, dead_letters TO loyalnest_app;
GRANT SELECT, INSERT ON points_transactions, lot_allocations, api_log_bodies, audit_logs, job_attempts TO loyalnest_app;
GRANT SELECT, INSERT, DELETE ON outbox TO loyalnest_app;
GRANT DELETE ON dead_letters, api_log_bodies TO loyalnest_app;
GRANT SELECT ON plans, admin_users TO loyalnest_app;
