-- The columns of a table: no row where there is no such table. MariaDB has a type of its own for tables that keep their history, and opens
-- the one table alone only where its name stands with each view of the catalog.
SELECT NULL AS table_schema, columns.column_name AS column_name, columns.data_type AS data_type, columns.data_type AS base_type
FROM information_schema.columns AS columns
JOIN information_schema.tables AS tables
    ON tables.table_schema = columns.table_schema AND tables.table_name = columns.table_name
WHERE tables.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    AND tables.table_name = {table} AND tables.table_schema = {schema}
    AND columns.table_name = {table} AND columns.table_schema = {schema}
ORDER BY columns.ordinal_position
