-- The columns of a table: no row where there is no such table.
SELECT columns.table_schema AS table_schema, columns.column_name AS column_name, columns.data_type AS data_type
FROM information_schema.columns AS columns
JOIN information_schema.tables AS tables
    ON tables.table_schema = columns.table_schema AND tables.table_name = columns.table_name
WHERE tables.table_type = 'BASE TABLE' AND columns.table_name = {table} AND columns.table_schema = {schema}
ORDER BY columns.ordinal_position
