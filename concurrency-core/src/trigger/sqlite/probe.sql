-- Fails where the trigger is there: a script can ask only by failing.
SELECT CASE WHEN EXISTS (
    SELECT 1 FROM {database}.sqlite_master
    WHERE type = 'trigger' AND name = {trigger} COLLATE NOCASE AND tbl_name = {table} COLLATE NOCASE
        AND instr(sql, 'concurrency-diesel 1')
) THEN abs(-9223372036854775807 - 1) END
