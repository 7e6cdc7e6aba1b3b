-- The columns of a table: no row where there is no such table. MariaDB has a type of its own for tables that keep their history. It opens
-- this one table alone only where its name stands with both views of the catalog, and nothing joins them.
SELECT NULL AS table_schema, columns.column_name AS column_name, columns.data_type AS data_type, columns.data_type AS base_type
FROM information_schema.columns AS columns
CROSS JOIN information_schema.tables AS tables
WHERE tables.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    AND tables.table_name = {table} AND tables.table_schema = {schema}
    AND columns.table_name = {table} AND columns.table_schema = {schema}
ORDER BY columns.ordinal_position
-- All of them, whatever sql_select_limit says.
LIMIT 18446744073709551615
