-- A look-up by key must have one index to choose. On a small or empty table all that begin with merchant_id cost the same, and PostgreSQL
-- takes the youngest: it then reads all that the merchant has. A partial index is no candidate unless the look-up names its column
-- (docs/adr/0010), and loses nothing: these columns are compared with values only.
ALTER TABLE customers DROP CONSTRAINT customers_shopify_key, DROP CONSTRAINT customers_email_key;
CREATE UNIQUE INDEX customers_shopify_key ON customers (merchant_id, shopify_customer_id) WHERE shopify_customer_id IS NOT NULL;
CREATE UNIQUE INDEX customers_email_key ON customers (merchant_id, email_index) WHERE email_index IS NOT NULL;

ALTER TABLE api_logs DROP CONSTRAINT api_logs_webhook_key;
CREATE UNIQUE INDEX api_logs_webhook_key ON api_logs (merchant_id, webhook_id) WHERE webhook_id IS NOT NULL;
DROP INDEX idx_api_logs_merchant_id_endpoint;
CREATE INDEX idx_api_logs_merchant_id_endpoint ON api_logs (merchant_id, endpoint, log_id) WHERE endpoint IS NOT NULL;
