-- Our triggers in the connection's database.
SELECT 'main' AS table_schema, tbl_name AS table_name, name AS trigger_name, sql AS definition, NULL AS body,
    NULL AS function_name, 'enabled' AS state
FROM sqlite_master
WHERE type = 'trigger' AND instr(sql, '/* concurrency-diesel 1 */') > 0
ORDER BY tbl_name, name
