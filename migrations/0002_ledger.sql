-- Customers, the points ledger, its lots, the orders it follows, and rewards.
--
-- References on the hot path are checked once a statement, by the triggers below: a FOREIGN KEY to a partitioned table looks
-- each row up by a query of its own, which cost more than all the rest of an award (docs/adr/0005).

CREATE TABLE customers (
    merchant_id         text COLLATE "C" NOT NULL REFERENCES merchants,
    customer_id         text COLLATE "C" NOT NULL,
    shopify_customer_id bigint,      -- NULL: imported, not yet seen in Shopify
    email               bytea,       -- encrypted; NULL: known by phone only
    email_index         bytea CHECK (octet_length(email_index) = 32), -- blind index: HMAC-SHA256 of the normalised address
    key_id              text,        -- key of email and rfm_score
    points_balance      integer NOT NULL DEFAULT 0,
    total_points_earned integer NOT NULL DEFAULT 0 CHECK (total_points_earned >= 0),
    rfm_score           bytea,       -- encrypted jsonb
    rfm_segment         text,        -- derived from the score, in plain text for look-ups
    locale              text,
    created_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, customer_id),
    CONSTRAINT customers_shopify_key UNIQUE (merchant_id, shopify_customer_id),
    CONSTRAINT customers_email_key UNIQUE (merchant_id, email_index),
    CHECK ((email IS NULL) = (email_index IS NULL)),
    CHECK (key_id IS NOT NULL OR (email IS NULL AND rfm_score IS NULL))
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('customers', 'fillfactor = 60'); -- balances change in place (HOT)
CREATE INDEX idx_customers_rfm_segment ON customers (merchant_id, rfm_segment) WHERE rfm_segment IS NOT NULL;

CREATE TABLE points_transactions (
    merchant_id    text COLLATE "C" NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    customer_id    text COLLATE "C" NOT NULL,
    type           text NOT NULL CHECK (type IN ('earn', 'redeem', 'expire', 'adjust', 'import', 'referral', 'campaign')),
    points         integer NOT NULL CHECK (points >= 0),
    delta          integer NOT NULL, -- signed; balance = sum(delta)
    balance_after  integer NOT NULL,
    source         text NOT NULL,
    source_key     text COLLATE "C" NOT NULL, -- what caused it, e.g. order:820982911946154508:paid; unique, so a replay changes nothing
    order_id       text COLLATE "C",          -- Shopify's order id
    expiry_date    timestamptz(3),
    created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, transaction_id),
    CONSTRAINT points_transactions_source_key UNIQUE (merchant_id, source_key),
    CONSTRAINT points_transactions_sign CHECK (points = abs(delta) AND CASE type
        WHEN 'adjust' THEN true
        WHEN 'redeem' THEN delta <= 0
        WHEN 'expire' THEN delta <= 0
        ELSE delta >= 0 END)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('points_transactions');
CREATE INDEX idx_points_transactions_customer_id ON points_transactions (merchant_id, customer_id, transaction_id);

-- Corrections are new entries, for everyone, the owner included.
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'points_transactions is append-only: write a compensating entry instead' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_transactions_append_only BEFORE UPDATE OR DELETE ON points_transactions
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

-- Points with one expiry date, made by one positive entry (lot_id = its transaction_id).
CREATE TABLE point_lots (
    merchant_id text COLLATE "C" NOT NULL,
    lot_id      text COLLATE "C" NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    order_id    bigint,
    points      integer NOT NULL CHECK (points > 0),
    remaining   integer NOT NULL CHECK (remaining BETWEEN 0 AND points),
    expires_at  timestamptz(3), -- NULL: never
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, lot_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('point_lots', 'fillfactor = 90');
CREATE INDEX point_lots_open_idx ON point_lots (merchant_id, customer_id, expires_at) WHERE remaining > 0;

-- Which lots a negative entry took its points from.
CREATE TABLE lot_allocations (
    merchant_id    text COLLATE "C" NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    lot_id         text COLLATE "C" NOT NULL,
    points         integer NOT NULL CHECK (points > 0),
    PRIMARY KEY (merchant_id, transaction_id, lot_id),
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES points_transactions (merchant_id, transaction_id),
    FOREIGN KEY (merchant_id, lot_id) REFERENCES point_lots
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('lot_allocations');

-- An order's facts, merged from all its messages, and what the ledger holds for it.
CREATE TABLE orders (
    merchant_id         text COLLATE "C" NOT NULL,
    shopify_order_id    bigint NOT NULL,
    customer_id         text COLLATE "C", -- NULL: guest, unclaimed
    guest_email_index   bytea CHECK (octet_length(guest_email_index) = 32), -- to claim a guest's order by address
    facts               jsonb NOT NULL,   -- domain::OrderState, without personal data
    financial_status    text,
    currency            text CHECK (currency ~ '^[A-Z]{3}$'),
    cancelled_at        timestamptz(3),
    shopify_updated_at  timestamptz(3),
    rule_snapshot       jsonb,            -- domain::RuleSnapshot of the first award
    target_points       integer NOT NULL DEFAULT 0 CHECK (target_points >= 0),
    awarded_points      integer NOT NULL DEFAULT 0,
    shortfall_points    integer NOT NULL DEFAULT 0 CHECK (shortfall_points >= 0), -- could not be taken back (policy "cap")
    left_behind_points  integer NOT NULL DEFAULT 0, -- the same, on former customers' accounts after the order changed hands
    ledger_entries      integer NOT NULL DEFAULT 0 CHECK (ledger_entries >= 0),
    revision            integer NOT NULL DEFAULT 1, -- counts writes; a write based on another revision is refused
    created_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, shopify_order_id),
    CONSTRAINT orders_settled CHECK (awarded_points = target_points + shortfall_points),
    CONSTRAINT orders_guests_have_no_entries CHECK (customer_id IS NOT NULL OR ledger_entries = 0)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('orders', 'fillfactor = 80');
CREATE INDEX orders_unclaimed_idx ON orders (merchant_id, guest_email_index) WHERE customer_id IS NULL;

-- What a statement wrote must name customers that exist. The application role cannot delete customers or entries.
CREATE FUNCTION customers_exist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written w WHERE w.customer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM customers c WHERE c.merchant_id = w.merchant_id AND c.customer_id = w.customer_id)) THEN
        RAISE EXCEPTION 'a row of % names a customer that does not exist', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER points_transactions_customer_fkey AFTER INSERT ON points_transactions REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION customers_exist();
CREATE TRIGGER orders_customer_fkey AFTER INSERT ON orders REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION customers_exist();
CREATE TRIGGER orders_new_customer_fkey AFTER UPDATE ON orders REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION customers_exist();

CREATE FUNCTION lot_entries_exist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written w WHERE NOT EXISTS (
            SELECT FROM points_transactions t WHERE t.merchant_id = w.merchant_id AND t.transaction_id = w.lot_id)) THEN
        RAISE EXCEPTION 'a lot has no entry that made it' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER point_lots_entry_fkey AFTER INSERT ON point_lots REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION lot_entries_exist();

CREATE TABLE rewards (
    merchant_id text COLLATE "C" NOT NULL REFERENCES merchants,
    reward_id   text COLLATE "C" NOT NULL,
    name        text NOT NULL,
    type        text NOT NULL CHECK (type IN ('discount', 'free_shipping', 'free_product', 'coupon')),
    points_cost integer NOT NULL CHECK (points_cost > 0),
    settings    jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'), -- amount and currency, product, combines_with
    active      boolean NOT NULL DEFAULT true,
    created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, reward_id)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('rewards');

CREATE TABLE reward_redemptions (
    merchant_id    text COLLATE "C" NOT NULL,
    redemption_id  text COLLATE "C" NOT NULL,
    customer_id    text COLLATE "C" NOT NULL,
    reward_id      text COLLATE "C" NOT NULL,
    transaction_id text COLLATE "C", -- the ledger entry that took the points
    discount_code  bytea,            -- encrypted
    key_id         text,
    status         text NOT NULL CHECK (status IN ('pending', 'issued', 'used', 'failed', 'cancelled', 'expired')),
    created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (merchant_id, redemption_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, reward_id) REFERENCES rewards,
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES points_transactions (merchant_id, transaction_id),
    CHECK (discount_code IS NULL OR key_id IS NOT NULL)
) PARTITION BY HASH (merchant_id);
SELECT merchant_partitions('reward_redemptions');
CREATE INDEX reward_redemptions_customer_idx ON reward_redemptions (merchant_id, customer_id, redemption_id);
