-- Access to shops: expiring offline tokens of Shopify, encrypted by the application. A row is a shop's that has, or is getting, a token.
CREATE TABLE shop_tokens (
    merchant_id        text COLLATE "C" PRIMARY KEY REFERENCES merchants,
    access_token       bytea, -- NULL: none was obtained yet
    access_expires_at  timestamptz(3), -- NULL: it does not end
    refresh_token      bytea,
    refresh_expires_at timestamptz(3),
    refreshed_at       timestamptz(3),
    -- The worker that renews the token now, until when. A row's lease and no transaction's lock, since Shopify is slow.
    lease              text COLLATE "C",
    leased_until       timestamptz(3),
    -- The shop must authorise the app again: no call is made for it until then.
    dead_at            timestamptz(3),
    dead_reason        text CHECK (dead_reason IN ('invalid_grant', 'unauthorized')),
    CHECK ((lease IS NULL) = (leased_until IS NULL)),
    CHECK ((dead_at IS NULL) = (dead_reason IS NULL))
);

ALTER TABLE shop_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY merchant_scope ON shop_tokens TO loyalnest_app USING (
    (SELECT current_setting('loyalnest.merchants', true)) = '*'
    OR merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants', true), ','))::text[]));
GRANT SELECT, INSERT, UPDATE ON shop_tokens TO loyalnest_app;
