-- The triggers of a table, and any trigger of that name: names are unique in a database.
{list}
WHERE (event_object_table = {table} OR trigger_name = {trigger}) AND trigger_schema = {schema}
ORDER BY event_object_table, trigger_name
