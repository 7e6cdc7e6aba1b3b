-- Creates the function and the triggers of the table and of those that inherit from it, where ours are not there. Fails where there is
-- no such table, or where others have their names.
DO {quote}
DECLARE
    unguarded pg_catalog.regclass;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_proc
        WHERE oid OPERATOR(pg_catalog.=) pg_catalog.to_regprocedure({function})
            AND prosrc OPERATOR(pg_catalog.~~) '%concurrency-diesel 1%'
    ) THEN
        EXECUTE {create_function};
    END IF;
    FOR unguarded IN
        WITH RECURSIVE tables AS (
            SELECT {table}::pg_catalog.regclass::pg_catalog.oid AS oid
            UNION
            SELECT inhrelid FROM tables JOIN pg_catalog.pg_inherits ON inhparent OPERATOR(pg_catalog.=) tables.oid
            JOIN pg_catalog.pg_class ON pg_class.oid OPERATOR(pg_catalog.=) inhrelid AND NOT relispartition
        )
        SELECT tables.oid FROM tables WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc ON pg_proc.oid OPERATOR(pg_catalog.=) tgfoid
            WHERE tgrelid OPERATOR(pg_catalog.=) tables.oid AND tgname OPERATOR(pg_catalog.=) {trigger}
                AND prosrc OPERATOR(pg_catalog.~~) '%concurrency-diesel 1%'
        )
    LOOP
        EXECUTE pg_catalog.format({create_trigger}, unguarded);
    END LOOP;
END
{quote}
