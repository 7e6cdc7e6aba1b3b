-- Does the same in every table that inherits from this one: they do not inherit its triggers. Partitions do.
DO {quote}
DECLARE
    child pg_catalog.regclass;
BEGIN
    FOR child IN
        WITH RECURSIVE children AS (
            SELECT inhrelid FROM pg_catalog.pg_inherits
            WHERE inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass({table})
            UNION
            SELECT more.inhrelid FROM children
            JOIN pg_catalog.pg_inherits AS more ON more.inhparent OPERATOR(pg_catalog.=) children.inhrelid
        )
        SELECT oid FROM pg_catalog.pg_class
        JOIN children ON oid OPERATOR(pg_catalog.=) inhrelid WHERE NOT relispartition
    LOOP
        EXECUTE pg_catalog.format({statement}, child);
    END LOOP;
END
{quote}
