-- Fails where the trigger is there: a script can ask only by failing.
SELECT (
    SELECT 1 UNION ALL
    SELECT 2 FROM information_schema.triggers
    WHERE trigger_schema = {schema} AND trigger_name = {trigger} AND event_object_table = {table}
        AND action_statement LIKE '%concurrency-diesel 1%'
)
