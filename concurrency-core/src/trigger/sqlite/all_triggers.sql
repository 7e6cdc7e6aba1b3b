-- The same of every table of the database.
SELECT {schema} AS table_schema, tbl_name AS table_name, name AS trigger_name, sql AS definition, NULL AS body,
    NULL AS function_name, 'enabled' AS state, NULL AS definer
FROM {database}.sqlite_master
WHERE type = 'trigger'
ORDER BY tbl_name, name
