-- Those of the schemas where the connection looks. Without their definitions: the server looks these up past the snapshot, and
-- fails where somebody drops another trigger meanwhile.
{list}
    AND namespaces.nspname = ANY (pg_catalog.current_schemas(true))
ORDER BY namespaces.nspname, tables.relname, triggers.tgname
