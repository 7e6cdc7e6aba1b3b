DROP TRIGGER IF EXISTS "concurrency_entries_version" ON "entries";

DROP FUNCTION IF EXISTS "concurrency_entries_version"();
