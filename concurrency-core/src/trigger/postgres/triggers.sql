-- The triggers of a table, and the functions beside it that have the name of the trigger's. A function that the trigger of
-- another table calls counts as standing there.
{list}
    AND tables.oid = pg_catalog.to_regclass({table})
UNION
SELECT namespaces.nspname::text, users.relname::text, functions.proname::text, '', functions.prosrc,
    format('%I.%I', namespaces.nspname, functions.proname), 'enabled', NULL
FROM pg_catalog.pg_class AS tables
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
JOIN pg_catalog.pg_proc AS functions ON functions.pronamespace = tables.relnamespace
LEFT JOIN pg_catalog.pg_trigger AS calls
    ON calls.tgfoid = functions.oid AND calls.tgparentid = 0 AND calls.tgrelid <> tables.oid
LEFT JOIN pg_catalog.pg_class AS users ON users.oid = calls.tgrelid
WHERE tables.oid = pg_catalog.to_regclass({table}) AND functions.proname = {function}::name AND functions.pronargs = 0
