-- The connections that hold a lock on the table.
SELECT NULL::text AS table_schema, pg_catalog.concat('connection ', pid, ' of ', usename, ' (' || NULLIF(application_name, '') || ')',
    ', in a transaction since ' || pg_catalog.to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS')) AS column_name,
    NULL::text AS data_type, NULL::text AS base_type
FROM pg_catalog.pg_stat_activity
WHERE pid <> pg_catalog.pg_backend_pid() AND pid IN (
    SELECT locks.pid FROM pg_catalog.pg_locks AS locks
    WHERE locks.granted AND locks.relation = pg_catalog.to_regclass({table})
        AND locks.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
)
ORDER BY xact_start
LIMIT 5
