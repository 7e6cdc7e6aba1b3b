-- The triggers of a table, and any trigger of that name: names are unique in a database.
SELECT {schema} AS table_schema, tbl_name AS table_name, name AS trigger_name, sql AS definition, NULL AS body,
    NULL AS function_name, 'enabled' AS state, NULL AS definer
FROM {database}.sqlite_master
WHERE type = 'trigger' AND (tbl_name = {table} COLLATE NOCASE OR name = {trigger} COLLATE NOCASE)
ORDER BY tbl_name, name
