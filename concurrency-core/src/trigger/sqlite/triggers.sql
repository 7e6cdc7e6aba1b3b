-- The triggers of a table, and any trigger of that name: names are unique in a database. Parameters: table, trigger,
-- database.
SELECT ?3 AS table_schema, tbl_name AS table_name, name AS trigger_name, sql AS definition, NULL AS body,
    NULL AS function_name, 'enabled' AS state
FROM {schema}.sqlite_master
WHERE type = 'trigger' AND (tbl_name = ?1 COLLATE NOCASE OR name = ?2 COLLATE NOCASE)
ORDER BY tbl_name, name
