-- What operators have set of each queue (pauses, weights, rates, caps), as `jobs::Settings` in JSON. Redis has a copy that the queue
-- works by; the scheduler makes it again when it is lost. Told of the platform, not of one merchant.
CREATE TABLE queue_settings (
    queue       text COLLATE "C" PRIMARY KEY,
    settings    json NOT NULL,
    updated_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
ALTER TABLE queue_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON queue_settings TO loyalnest_app USING ((SELECT current_setting('loyalnest.merchants', true)) = '*');
GRANT SELECT, INSERT, UPDATE ON queue_settings TO loyalnest_app;
