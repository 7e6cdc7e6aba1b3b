-- Those of the connection's database.
{list}
WHERE trigger_schema = DATABASE()
ORDER BY event_object_table, trigger_name
-- All of them, whatever sql_select_limit says.
LIMIT 18446744073709551615
