-- Ours, by the mark in the function.
{list}
    AND strpos(functions.prosrc, '/* concurrency-diesel 1 */') > 0
ORDER BY namespaces.nspname, tables.relname, triggers.tgname
