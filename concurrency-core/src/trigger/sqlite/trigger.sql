-- Moves the version of every written row that did not move it: after the write, because SQLite has no other way.
--
-- Its own UPDATE moves the version, so that it does not fire again under `PRAGMA recursive_triggers`. RAISE, because
-- the integer after the greatest one would be stored as a floating-point number, and any other value as it is.
--
-- CREATE TRIGGER "concurrency_articles_version"
-- AFTER UPDATE ON "articles"
-- FOR EACH ROW
-- WHEN NEW."version" IS NULL OR NEW."version" <= OLD."version" OR …
-- BEGIN … UPDATE "articles" SET "version" = COALESCE(OLD."version", 0) + 1 WHERE "id" = NEW."id"; END
CREATE TRIGGER {trigger}
AFTER UPDATE ON {table}
FOR EACH ROW
WHEN NEW.{version} IS NULL OR NEW.{version} <= OLD.{version} OR typeof(NEW.{version}) <> 'integer'
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of a row is an integer; write the row without it')
    WHERE typeof(NEW.{version}) NOT IN ('integer', 'null');
    SELECT RAISE(ABORT, 'the version of the row is at the maximum')
    WHERE OLD.{version} >= 9223372036854775807 AND typeof(OLD.{version}) = 'integer';
    {advance};
END
