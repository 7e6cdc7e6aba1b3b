-- The columns of a table: no row where there is no such table.
SELECT namespaces.nspname::text AS table_schema, columns.attname::text AS column_name,
    format_type(columns.atttypid, NULL) AS data_type
FROM pg_catalog.pg_class AS tables
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
JOIN pg_catalog.pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
WHERE tables.oid = pg_catalog.to_regclass({table}) AND tables.relkind IN ('r', 'p')
ORDER BY columns.attnum
