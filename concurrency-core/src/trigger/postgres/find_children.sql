-- The tables that inherit from this one, at any depth.
WITH RECURSIVE children AS (
    SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = pg_catalog.to_regclass({table})
    UNION
    SELECT more.inhrelid FROM children JOIN pg_catalog.pg_inherits AS more ON more.inhparent = children.inhrelid
)
SELECT CASE WHEN namespaces.nspname IS DISTINCT FROM pg_catalog.current_schema() THEN namespaces.nspname::text END AS table_schema,
    tables.relname::text AS column_name, NULL AS data_type, NULL AS base_type
FROM children
JOIN pg_catalog.pg_class AS tables ON tables.oid = children.inhrelid
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
WHERE NOT tables.relispartition
ORDER BY namespaces.nspname, tables.relname
