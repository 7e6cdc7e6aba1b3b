-- The triggers of a table, and the functions beside it that have the trigger's name: there the trigger's own would be.
{list}
    AND tables.oid = pg_catalog.to_regclass({table})
UNION ALL
SELECT namespaces.nspname::text, NULL, functions.proname::text, '', functions.prosrc,
    format('%I.%I', namespaces.nspname, functions.proname), 'enabled'
FROM pg_catalog.pg_class AS tables
JOIN pg_catalog.pg_namespace AS namespaces ON namespaces.oid = tables.relnamespace
JOIN pg_catalog.pg_proc AS functions ON functions.pronamespace = tables.relnamespace
WHERE tables.oid = pg_catalog.to_regclass({table}) AND functions.proname = {trigger}::name AND functions.pronargs = 0
