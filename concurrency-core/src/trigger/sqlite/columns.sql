-- The columns of a table: no row where there is no such table.
SELECT NULL AS table_schema, columns.name AS column_name, lower(columns.type) AS data_type, lower(columns.type) AS base_type
FROM {database}.sqlite_master AS tables, pragma_table_xinfo(tables.name, {schema}) AS columns
WHERE tables.type = 'table' AND tables.name = {table} COLLATE NOCASE
