-- What the run must have left: every accepted order is exactly one entry of the points that its number says (orders.js has the same
-- arithmetic), every webhook is one record, and each is finished. :not_accepted are the numbers whose sender had no answer 200: they may
-- be there or not, since an answer can be lost, but never twice.
-- Prints one JSON object.
WITH parameters AS (
    SELECT 5100000000000::bigint AS first, string_to_array(NULLIF(:'not_accepted', ''), ',')::bigint[] AS not_accepted
), entries AS (
    SELECT order_id::bigint - first AS number, count(*) AS entries, sum(delta)::bigint AS points
    FROM points_transactions, parameters WHERE order_id ~ '^51[0-9]{11}$' GROUP BY 1
), records AS (
    SELECT substr(webhook_id, 6)::bigint AS number, count(*) AS records, min(created_at) AS recorded_at,
           count(*) FILTER (WHERE status <> 'success') AS unfinished
    FROM api_logs WHERE webhook_id LIKE 'load-%' GROUP BY 1
), awards AS (
    SELECT number, CASE WHEN shopify_domain = 'load-1.myshopify.com' THEN 'load-1' ELSE 'others' END AS shop,
           extract(epoch FROM pg_xact_commit_timestamp(o.xmin) - recorded_at) AS seconds
    FROM orders o JOIN merchants USING (merchant_id), parameters, records
    WHERE records.number = o.shopify_order_id - first
), judged AS (
    SELECT number, records, unfinished, coalesce(entries, 0) AS entries, coalesce(points, 0) AS points,
           ((500 + number * 7919 % 9500) * (1 + number % 3)) / 10 AS wanted,
           number = ANY (coalesce(not_accepted, '{}')) AS had_no_answer
    FROM records FULL JOIN entries USING (number), parameters
)
SELECT json_build_object(
    'accepted', count(*) FILTER (WHERE records IS NOT NULL AND NOT had_no_answer),
    'recorded_without_answer', count(*) FILTER (WHERE records IS NOT NULL AND had_no_answer),
    'effects', count(*) FILTER (WHERE entries = 1 AND points = wanted),
    'lost', count(*) FILTER (WHERE entries = 0),
    'doubled', count(*) FILTER (WHERE entries > 1 OR records > 1),
    'wrong_points', count(*) FILTER (WHERE entries = 1 AND points <> wanted),
    'without_record', count(*) FILTER (WHERE records IS NULL),
    'unfinished', coalesce(sum(unfinished), 0),
    'examples', (SELECT coalesce(json_agg(j), '[]') FROM (SELECT * FROM judged
                 WHERE entries <> 1 OR points <> wanted OR records IS DISTINCT FROM 1 LIMIT 5) j),
    'award_seconds', (SELECT json_object_agg(shop, percentiles) FROM (
        SELECT shop, percentile_cont(ARRAY[0.5, 0.9, 0.99, 1]) WITHIN GROUP (ORDER BY seconds) AS percentiles
        FROM (SELECT shop, seconds FROM awards UNION ALL SELECT 'all', seconds FROM awards) s GROUP BY shop) p))
FROM judged;
