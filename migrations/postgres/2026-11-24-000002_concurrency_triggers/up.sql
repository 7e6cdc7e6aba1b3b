SELECT pg_catalog.set_config('concurrency.lock_timeout', pg_catalog.current_setting('lock_timeout'), true), pg_catalog.set_config('lock_timeout', '5s', true);

CREATE FUNCTION "concurrency_entries_version"() RETURNS trigger
LANGUAGE plpgsql AS $concurrency$
BEGIN
    /* concurrency-diesel 1 */
    NEW."version" := COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1;
    RETURN NEW;
END
$concurrency$;

CREATE TRIGGER "concurrency_entries_version"
BEFORE UPDATE ON "entries"
FOR EACH ROW
WHEN ((NEW."version" OPERATOR(pg_catalog.=) (COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1)) IS NOT TRUE)
EXECUTE FUNCTION "concurrency_entries_version"();

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
        EXECUTE pg_catalog.format('CREATE TRIGGER "concurrency_entries_version"
BEFORE UPDATE ON %s
FOR EACH ROW
WHEN ((NEW."version" OPERATOR(pg_catalog.=) (COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1)) IS NOT TRUE)
EXECUTE FUNCTION "concurrency_entries_version"()', child);
    END LOOP;
END
$concurrency$;

SELECT pg_catalog.set_config('lock_timeout', COALESCE(NULLIF(pg_catalog.current_setting('concurrency.lock_timeout', true), ''), pg_catalog.current_setting('lock_timeout')), true);
