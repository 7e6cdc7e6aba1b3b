-- The triggers of a table in the order in which they fire, and any trigger of that name: names are unique in a database. MariaDB looks at
-- the tables of this database alone only where it is named as theirs.
{list}
WHERE (event_object_table = {table} OR trigger_name = {trigger})
    AND trigger_schema = {schema} AND event_object_schema = {schema}
ORDER BY event_object_table, action_timing, event_manipulation, action_order
-- All of them, whatever sql_select_limit says.
LIMIT 18446744073709551615
