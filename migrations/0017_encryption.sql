-- Personal data are encrypted by the application, in a format that names its key itself (docs/adr/0014), and stand apart from facts.

-- `key_id` says only under which key pgcrypto encrypted a value; NULL: nothing of pgcrypto's is in the row.
ALTER TABLE merchants ALTER COLUMN key_id DROP NOT NULL;
ALTER TABLE customers DROP CONSTRAINT customers_check1;
-- Nothing has been written into these yet.
ALTER TABLE reward_redemptions DROP COLUMN key_id;
ALTER TABLE admin_users DROP COLUMN key_id;

-- Encrypted domain::PersonalData, beside the facts in `payload`, which hold none any more. Removed when the webhook is handled.
ALTER TABLE api_logs ADD COLUMN personal_data bytea;

-- Which document said it: a newer one wins, in whatever order they arrive. NULL: older than any.
ALTER TABLE customers ADD COLUMN email_seen_at timestamptz(3), ADD COLUMN locale_seen_at timestamptz(3);

-- Administrators belong to no merchant: no tenant's transaction sees them.
ALTER TABLE admin_users ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON admin_users TO loyalnest_app USING ((SELECT current_setting('loyalnest.merchants', true)) = '*');
