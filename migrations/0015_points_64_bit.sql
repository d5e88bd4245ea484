-- Points, balances and totals have 64 bits: three orders of 75,000,000 IDR exhausted 32 (docs/adr/0013). No number is larger than
-- 2^53 - 1, which a JSON number holds exactly in every language. One CHECK a table says so together with what it said before, since
-- each costs every statement that writes it.

-- The order in which entries were written. A customer's entries are written under the customer's lock, so within a customer it is
-- the order of their balances; ids are made by several machines, whose clocks differ.
CREATE SEQUENCE points_transactions_sequence;
ALTER TABLE points_transactions ADD COLUMN sequence bigint;
ALTER TABLE points_transactions DISABLE TRIGGER points_transactions_append_only;
-- Of entries written until now, the beginning of their transaction by the database's clock says it best.
UPDATE points_transactions t SET sequence = numbered.sequence
FROM (SELECT merchant_id, transaction_id, row_number() OVER (ORDER BY created_at, transaction_id) AS sequence FROM points_transactions) numbered
WHERE numbered.merchant_id = t.merchant_id AND numbered.transaction_id = t.transaction_id;
ALTER TABLE points_transactions ENABLE TRIGGER points_transactions_append_only;
SELECT setval('points_transactions_sequence', count(*) + 1, false) FROM points_transactions;

-- (The change of type writes each table anew, and so clears away what the update above left.)
DROP INDEX idx_points_transactions_customer_id;
ALTER TABLE points_transactions
    DROP CONSTRAINT points_transactions_sign,
    ALTER COLUMN points TYPE bigint,
    ALTER COLUMN delta TYPE bigint,
    ALTER COLUMN balance_after TYPE bigint,
    ALTER COLUMN sequence SET DEFAULT nextval('points_transactions_sequence'),
    ALTER COLUMN sequence SET NOT NULL,
    ADD CONSTRAINT points_transactions_sign CHECK (points = abs(delta) AND points <= 9007199254740991
        AND balance_after BETWEEN -9007199254740991 AND 9007199254740991 AND CASE type
            WHEN 'earn' THEN delta >= 0
            WHEN 'adjust' THEN true
            WHEN 'redeem' THEN delta <= 0
            WHEN 'expire' THEN delta <= 0
            WHEN 'import' THEN delta >= 0
            WHEN 'referral' THEN delta >= 0
            WHEN 'campaign' THEN delta >= 0
            ELSE false END);
ALTER SEQUENCE points_transactions_sequence OWNED BY points_transactions.sequence;
GRANT USAGE ON SEQUENCE points_transactions_sequence TO loyalnest_app;
CREATE INDEX idx_points_transactions_customer_id ON points_transactions (merchant_id, customer_id, sequence);

ALTER TABLE customers
    DROP CONSTRAINT customers_total_points_earned_check,
    ALTER COLUMN points_balance TYPE bigint,
    ALTER COLUMN total_points_earned TYPE bigint,
    ADD CONSTRAINT customers_points_in_range CHECK (points_balance BETWEEN -9007199254740991 AND 9007199254740991
        AND total_points_earned BETWEEN 0 AND 9007199254740991);

ALTER TABLE point_lots
    DROP CONSTRAINT point_lots_points_check,
    DROP CONSTRAINT point_lots_check,
    ALTER COLUMN points TYPE bigint,
    ALTER COLUMN remaining TYPE bigint,
    ADD CONSTRAINT point_lots_points_in_range CHECK (points BETWEEN 1 AND 9007199254740991 AND remaining BETWEEN 0 AND points);

ALTER TABLE lot_allocations
    DROP CONSTRAINT lot_allocations_points_check,
    ALTER COLUMN points TYPE bigint,
    ADD CONSTRAINT lot_allocations_points_in_range CHECK (points BETWEEN 1 AND 9007199254740991);

ALTER TABLE orders
    DROP CONSTRAINT orders_settled,
    DROP CONSTRAINT orders_target_points_check,
    DROP CONSTRAINT orders_shortfall_points_check,
    ALTER COLUMN target_points TYPE bigint,
    ALTER COLUMN awarded_points TYPE bigint,
    ALTER COLUMN shortfall_points TYPE bigint,
    ALTER COLUMN unrecovered_points TYPE bigint,
    ADD CONSTRAINT orders_settled CHECK (awarded_points = target_points + shortfall_points
        AND target_points >= 0 AND shortfall_points >= 0 AND awarded_points <= 9007199254740991
        AND unrecovered_points BETWEEN -9007199254740991 AND 9007199254740991);

ALTER TABLE rewards
    DROP CONSTRAINT rewards_points_cost_check,
    ALTER COLUMN points_cost TYPE bigint,
    ADD CONSTRAINT rewards_points_cost_in_range CHECK (points_cost BETWEEN 1 AND 9007199254740991);
