-- The same of every table of the database.
{list}
WHERE trigger_schema = {schema} AND event_object_schema = {schema}
ORDER BY event_object_table, action_timing, event_manipulation, action_order
