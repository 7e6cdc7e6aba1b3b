-- Ours, by the mark in the body.
{list}
WHERE trigger_schema = DATABASE() AND LOCATE('/* concurrency-diesel 1 */', action_statement) > 0
ORDER BY event_object_table, trigger_name
