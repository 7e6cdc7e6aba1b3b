SELECT pg_catalog.set_config('concurrency.lock_timeout', pg_catalog.current_setting('lock_timeout'), true), pg_catalog.set_config('lock_timeout', '5s', true);

DO $concurrency$
DECLARE
    child pg_catalog.regclass;
BEGIN
    FOR child IN
        WITH RECURSIVE children AS (
            SELECT inhrelid FROM pg_catalog.pg_inherits
            WHERE inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass('"entries"')
            UNION
            SELECT more.inhrelid FROM children
            JOIN pg_catalog.pg_inherits AS more ON more.inhparent OPERATOR(pg_catalog.=) children.inhrelid
        )
        SELECT oid FROM pg_catalog.pg_class
        JOIN children ON oid OPERATOR(pg_catalog.=) inhrelid WHERE NOT relispartition
    LOOP
        EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS "concurrency_entries_version" ON %s', child);
    END LOOP;
END
$concurrency$;

DROP TRIGGER IF EXISTS "concurrency_entries_version" ON "entries";

DROP FUNCTION IF EXISTS "concurrency_entries_version"();

SELECT pg_catalog.set_config('lock_timeout', COALESCE(NULLIF(pg_catalog.current_setting('concurrency.lock_timeout', true), ''), pg_catalog.current_setting('lock_timeout')), true);
