-- The columns of a table: no row where there is no such table. Parameters: table, database.
SELECT ?2 AS table_schema, columns.name AS column_name, lower(columns.type) AS data_type
FROM {schema}.sqlite_master AS tables, pragma_table_xinfo(tables.name, ?2) AS columns
WHERE tables.type = 'table' AND tables.name = ?1 COLLATE NOCASE
