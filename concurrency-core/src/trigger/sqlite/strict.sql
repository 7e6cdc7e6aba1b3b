-- As trigger.sql, and refuses a write that sets the version to anything but the next one. NULL counts as 0.
CREATE TRIGGER {trigger}
AFTER UPDATE ON {table}
FOR EACH ROW
WHEN NEW.{version} IS NOT COALESCE(OLD.{version}, 0) + 1
BEGIN
    /* concurrency-diesel 1 */
    SELECT RAISE(ABORT, 'the version of a row may only advance by one; write the row without it')
    WHERE COALESCE(NEW.{version}, 0) <> COALESCE(OLD.{version}, 0);
    SELECT RAISE(ABORT, 'the version of a row is an integer; write the row without it')
    WHERE typeof(NEW.{version}) NOT IN ('integer', 'null');
    SELECT RAISE(ABORT, 'the version of the row is at the maximum')
    WHERE OLD.{version} >= 9223372036854775807 AND typeof(OLD.{version}) = 'integer';
    {advance};
END
