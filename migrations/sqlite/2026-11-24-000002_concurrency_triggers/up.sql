CREATE TRIGGER "concurrency_entries_version"
AFTER UPDATE ON "entries"
FOR EACH ROW
WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version" OR typeof(NEW."version") <> 'integer'
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of a row is an integer; write the row without it')
    WHERE typeof(NEW."version") NOT IN ('integer', 'null');
    SELECT RAISE(ABORT, 'the version of the row is at the maximum')
    WHERE OLD."version" >= 9223372036854775807 AND typeof(OLD."version") = 'integer';
    UPDATE "entries" SET "version" = COALESCE(OLD."version", 0) + 1 WHERE "id" = NEW."id";
END;
