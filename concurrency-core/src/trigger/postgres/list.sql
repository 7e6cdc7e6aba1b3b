-- The triggers of all tables, those of partitions left out: they are copies of their table's. A trigger that is off for
-- one partition, or fires for replication only, counts as disabled.
SELECT namespaces.nspname::text AS table_schema, tables.relname::text AS table_name, triggers.tgname::text AS trigger_name,
    {definition} AS definition, functions.prosrc AS body,
    format('%I.%I', homes.nspname, functions.proname) AS function_name,
    CASE WHEN triggers.tgenabled IN ('O', 'A') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_partition_tree(tables.oid) AS partitions
        JOIN pg_catalog.pg_trigger AS copies ON copies.tgrelid = partitions.relid AND copies.tgname = triggers.tgname
        WHERE copies.tgenabled NOT IN ('O', 'A')
    ) THEN CASE WHEN bypass.who IS NULL THEN 'enabled' ELSE 'bypassed' END ELSE 'disabled' END AS state, bypass.who AS definer
FROM pg_catalog.pg_trigger AS triggers
JOIN pg_catalog.pg_class AS tables ON tables.oid = triggers.tgrelid
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
JOIN pg_catalog.pg_proc AS functions ON functions.oid = triggers.tgfoid
JOIN pg_catalog.pg_namespace AS homes ON homes.oid = functions.pronamespace
LEFT JOIN (
    -- Whoever writes with session_replication_role = replica by default. ENABLE ALWAYS fires for them, too.
    SELECT COALESCE(
        (SELECT string_agg(CASE WHEN setrole = 0 THEN 'any role' ELSE 'the role ' || pg_catalog.pg_get_userbyid(setrole) END,
            ', ' ORDER BY setrole)
        FROM pg_catalog.pg_db_role_setting
        WHERE 'session_replication_role=replica' = ANY (setconfig)
            AND setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))),
        (SELECT 'any role' FROM pg_catalog.pg_settings WHERE name = 'session_replication_role' AND reset_val = 'replica')
    ) AS who
) AS bypass ON triggers.tgenabled = 'O'
WHERE NOT triggers.tgisinternal AND triggers.tgparentid = 0
