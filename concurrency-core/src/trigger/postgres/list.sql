-- The triggers of all tables, those of partitions left out: they are copies of their table's. A trigger that is off for
-- one partition, or fires for replication only, counts as disabled.
SELECT namespaces.nspname::text AS table_schema, tables.relname::text AS table_name, triggers.tgname::text AS trigger_name,
    {definition} AS definition, functions.prosrc AS body,
    format('%I.%I', homes.nspname, functions.proname) AS function_name,
    CASE WHEN triggers.tgenabled IN ('O', 'A') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_partition_tree(tables.oid) AS partitions
        JOIN pg_catalog.pg_trigger AS copies ON copies.tgrelid = partitions.relid AND copies.tgname = triggers.tgname
        WHERE copies.tgenabled NOT IN ('O', 'A')
    ) THEN 'enabled' ELSE 'disabled' END AS state, NULL AS definer
FROM pg_catalog.pg_trigger AS triggers
JOIN pg_catalog.pg_class AS tables ON tables.oid = triggers.tgrelid
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
JOIN pg_catalog.pg_proc AS functions ON functions.oid = triggers.tgfoid
JOIN pg_catalog.pg_namespace AS homes ON homes.oid = functions.pronamespace
WHERE NOT triggers.tgisinternal AND triggers.tgparentid = 0
