-- An error names the index of the partition that refused a row; these say which key it is (crates/store/src/error.rs).
DO $$
BEGIN
    FOR i IN 0..3 LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', 'points_transactions_p' || i || '_merchant_id_source_key_key',
            'points_transactions_source_key_p' || i);
    END LOOP;
END $$;
