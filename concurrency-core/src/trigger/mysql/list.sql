-- Triggers, with their event as the definition. The body is NULL where the user may not see it.
SELECT event_object_schema AS table_schema, event_object_table AS table_name, trigger_name AS trigger_name,
    CONCAT(action_timing, ' ', event_manipulation, ' FOR EACH ', action_orientation) AS definition,
    action_statement AS program, NULL AS function_name, 'enabled' AS state, definer AS definer
FROM information_schema.triggers
