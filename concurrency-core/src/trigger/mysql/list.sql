-- Triggers, with their event as the definition. The body is NULL where the user may not see it. A definer is looked at where the user may
-- see other users; roles do not count in a trigger of MariaDB, and in one of MySQL nobody can tell.
SELECT event_object_schema AS table_schema, event_object_table AS table_name, trigger_name AS trigger_name,
    CONCAT(action_timing, ' ', event_manipulation, ' FOR EACH ', action_orientation) AS definition,
    action_statement AS program, NULL AS function_name,
    CASE
        WHEN definer = CURRENT_USER() OR definer NOT LIKE '%_@_%'
            OR (SELECT COUNT(DISTINCT grantee) FROM information_schema.user_privileges) < 2 THEN 'enabled'
        WHEN NOT EXISTS (
            SELECT 1 FROM information_schema.user_privileges AS users WHERE users.grantee = {definer}
        ) THEN 'no definer'
        WHEN VERSION() LIKE '%MariaDB%' AND (
            NOT EXISTS (
                SELECT 1 FROM information_schema.user_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'TRIGGER'
                UNION ALL
                SELECT 1 FROM information_schema.schema_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'TRIGGER'
                    AND event_object_schema LIKE users.table_schema
                UNION ALL
                SELECT 1 FROM information_schema.table_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'TRIGGER'
                    AND users.table_schema = event_object_schema AND users.table_name = event_object_table
            ) OR NOT EXISTS (
                SELECT 1 FROM information_schema.user_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'UPDATE'
                UNION ALL
                SELECT 1 FROM information_schema.schema_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'UPDATE'
                    AND event_object_schema LIKE users.table_schema
                UNION ALL
                SELECT 1 FROM information_schema.column_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'UPDATE'
                    AND users.table_schema = event_object_schema AND users.table_name = event_object_table
                UNION ALL
                SELECT 1 FROM information_schema.table_privileges AS users
                WHERE users.grantee = {definer} AND users.privilege_type = 'UPDATE'
                    AND users.table_schema = event_object_schema AND users.table_name = event_object_table
            )
        ) THEN 'no privilege'
        ELSE 'enabled'
    END AS state, definer AS definer
FROM information_schema.triggers
