-- Those of the connection's database.
{list}
WHERE trigger_schema = DATABASE()
ORDER BY event_object_table, trigger_name
