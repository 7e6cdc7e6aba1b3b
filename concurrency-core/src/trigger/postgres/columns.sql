-- The columns of a table: no row where there is no such table. Its schema, where that must be named; a domain's type.
WITH RECURSIVE columns AS (
    SELECT namespaces.nspname, attributes.attname, attributes.attnum, attributes.atttypid
    FROM pg_catalog.pg_class AS tables
    JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
    JOIN pg_catalog.pg_attribute AS attributes
        ON attributes.attrelid = tables.oid AND attributes.attnum > 0 AND NOT attributes.attisdropped
    WHERE tables.oid = pg_catalog.to_regclass({table}) AND tables.relkind IN ('r', 'p', 'f')
), types AS (
    SELECT oid, oid AS base, typtype, typbasetype FROM pg_catalog.pg_type WHERE oid IN (SELECT atttypid FROM columns)
    UNION ALL
    SELECT types.oid, bases.oid, bases.typtype, bases.typbasetype FROM types
    JOIN pg_catalog.pg_type AS bases ON bases.oid = types.typbasetype
    WHERE types.typtype = 'd'
)
SELECT CASE WHEN columns.nspname IS DISTINCT FROM pg_catalog.current_schema() THEN columns.nspname::text END AS table_schema,
    columns.attname::text AS column_name, pg_catalog.format_type(columns.atttypid, NULL) AS data_type,
    pg_catalog.format_type(types.base, NULL) AS base_type
FROM columns
JOIN types ON types.oid = columns.atttypid AND types.typtype <> 'd'
ORDER BY columns.attnum
