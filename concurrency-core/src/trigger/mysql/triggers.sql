-- The triggers of a table in the order in which they fire, and any trigger of that name: names are unique in a database.
{list}
WHERE (event_object_table = {table} OR trigger_name = {trigger}) AND trigger_schema = {schema}
ORDER BY event_object_table, action_timing, event_manipulation, action_order
