CREATE TRIGGER "concurrency_entries_version"
AFTER UPDATE ON "entries"
FOR EACH ROW
WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version"
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of the row is at the maximum') WHERE OLD."version" >= 9223372036854775807;
    UPDATE "entries" SET "version" = COALESCE(OLD."version", 0) + 1 WHERE "id" = NEW."id";
END;
