-- The end of a webhook changes its record alone, and none of the record's indexes (docs/adr/0012). An index of the open ones named the
-- column `status`, so that each end wrote a new version of the row and an entry in every other index.

-- One row a commit of the ingress: its webhooks that wait for a job, until the sweep has seen the last of them end.
CREATE TABLE webhook_batches (
    batch_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    merchant_ids text[] COLLATE "C" NOT NULL,
    log_ids      text[] COLLATE "C" NOT NULL, -- of the merchants in the same places
    CHECK (cardinality(merchant_ids) = cardinality(log_ids))
);
-- Ids of several merchants stand in one row: a tenant's transaction adds rows and sees none.
ALTER TABLE webhook_batches ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON webhook_batches TO loyalnest_app USING ((SELECT current_setting('loyalnest.merchants', true)) = '*');
CREATE POLICY ingress_adds ON webhook_batches FOR INSERT TO loyalnest_app WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON webhook_batches TO loyalnest_app;

INSERT INTO webhook_batches (merchant_ids, log_ids)
SELECT array_agg(merchant_id ORDER BY log_id), array_agg(log_id ORDER BY log_id)
FROM (SELECT merchant_id, log_id, row_number() OVER (ORDER BY log_id) / 500 AS batch FROM api_logs
      WHERE status = 'pending' AND job_kind IS NOT NULL) open
GROUP BY batch;

DROP INDEX api_logs_open_idx;
-- Room on the page for the second version of each row. (The change of type below writes the table anew.)
ALTER TABLE api_logs SET (fillfactor = 50);
-- Read and written as a whole, as an order's facts are: json is checked and kept, jsonb would be taken apart and put together again.
ALTER TABLE api_logs ALTER COLUMN payload TYPE json;
