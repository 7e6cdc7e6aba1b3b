-- Ours, by the mark in the function. Without their definitions: the server looks these up past the snapshot, and fails where
-- somebody drops another trigger meanwhile.
{list}
    AND strpos(functions.prosrc, '/* concurrency-diesel 1 */') > 0
ORDER BY namespaces.nspname, tables.relname, triggers.tgname
