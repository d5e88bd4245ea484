-- Who the tenants are: plans, merchants, their settings and keys, and the platform's own administrators.
-- Conventions of every migration here:
--   * ids are ULID text in byte order (COLLATE "C"); every key of a tenant's table starts with merchant_id;
--   * tenants' tables are HASH-partitioned by merchant_id into 4 (merchant_partitions() below);
--   * columns named *_encrypted hold pgp_sym_encrypt(..., 'cipher-algo=aes256, s2k-mode=1'), key_id says under which key;
--   * instants are timestamptz(3), always UTC on the wire.
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- The application role: no login and no right to bypass row-level security. Deployments give it (or a member of it) a login.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'loyalnest_app') THEN
        CREATE ROLE loyalnest_app NOLOGIN NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this cluster was migrated at the same moment
END $$;

-- Creates the 4 hash partitions of a tenant's table, with storage options ('fillfactor = 70', ...).
CREATE FUNCTION merchant_partitions(parent text, options text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 0..3 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 4, REMAINDER %s) %s',
            parent || '_p' || i, parent, i, CASE WHEN options IS NULL THEN '' ELSE 'WITH (' || options || ')' END);
    END LOOP;
END $$;

CREATE TABLE plans (
    plan_id            text COLLATE "C" PRIMARY KEY,
    name               text NOT NULL,
    monthly_orders_max integer CHECK (monthly_orders_max > 0), -- NULL: no limit
    price_usd_cents    integer NOT NULL CHECK (price_usd_cents >= 0)
);
INSERT INTO plans VALUES
    ('free', 'Free', 300, 0),
    ('basic', 'Basic', 500, 2900),
    ('growth', 'Growth', 1500, 9900),
    ('plus', 'Plus', NULL, 49900);

CREATE TABLE merchants (
    merchant_id         text COLLATE "C" PRIMARY KEY,
    shopify_domain      text COLLATE "C" NOT NULL UNIQUE CHECK (shopify_domain = lower(shopify_domain)),
    plan_id             text COLLATE "C" NOT NULL DEFAULT 'free' REFERENCES plans,
    api_token           bytea NOT NULL, -- encrypted Admin API token
    key_id              text NOT NULL,  -- key of api_token
    status              text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'uninstalled', 'redacted')),
    staff_roles         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(staff_roles) = 'object'),
    ip_whitelist        jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(ip_whitelist) = 'array'),
    onboarding_status   jsonb NOT NULL DEFAULT '{"steps_completed": []}' CHECK (jsonb_typeof(onboarding_status) = 'object'),
    language            jsonb NOT NULL DEFAULT '{"default": "en", "supported": ["en"], "rtl": ["ar", "he"]}'
        CHECK (language ->> 'default' IN ('en', 'es', 'de', 'ja', 'fr', 'pt', 'ru', 'it', 'nl', 'pl', 'tr', 'fa', 'zh-CN',
                                          'vi', 'id', 'cs', 'ar', 'ko', 'uk', 'hu', 'sv', 'he')),
    created_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    uninstalled_at      timestamptz(3)
);

CREATE TABLE program_settings (
    merchant_id    text COLLATE "C" PRIMARY KEY REFERENCES merchants,
    earn_rule      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(earn_rule) = 'object'), -- domain::EarnRule; {} = all defaults
    rfm_thresholds jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(rfm_thresholds) = 'object'),
    branding       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(branding) = 'object'),
    ab_tests       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(ab_tests) = 'object'),
    updated_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Keys of partners. Only the SHA-256 of a key is kept: the keys are 256 random bits, so a slow hash would add nothing.
CREATE TABLE api_keys (
    merchant_id text COLLATE "C" NOT NULL REFERENCES merchants,
    api_key_id  text COLLATE "C" NOT NULL,
    key_hash    bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    name        text NOT NULL,
    scopes      text[] NOT NULL CHECK (scopes <@ ARRAY['points:read', 'points:write', 'webhooks:read', 'webhooks:write']),
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    revoked_at  timestamptz(3),
    PRIMARY KEY (merchant_id, api_key_id)
);

CREATE TABLE admin_users (
    admin_id      text COLLATE "C" PRIMARY KEY,
    username      text NOT NULL UNIQUE,
    password_hash bytea NOT NULL, -- encrypted
    metadata      bytea,          -- encrypted jsonb: role, mfa_enabled
    key_id        text NOT NULL,
    created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_admin_users_username ON admin_users (username text_pattern_ops); -- prefix search
