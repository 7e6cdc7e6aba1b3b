-- The triggers of a table, and any trigger of that name: names are unique in a database. Parameters: table, trigger; and
-- the database, if one is named.
{list}
WHERE (event_object_table = ? OR trigger_name = ?) AND trigger_schema = {schema}
ORDER BY event_object_table, trigger_name
