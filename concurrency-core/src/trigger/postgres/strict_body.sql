-- As body.sql, and refuses a write that sets the version to anything but the next one. NULL counts as 0. The trigger
-- does not call the function for a write that sets the next one.
BEGIN
    /* concurrency-diesel 1 */
    IF COALESCE(NEW.{version}, 0) OPERATOR(pg_catalog.<>) COALESCE(OLD.{version}, 0) THEN
        RAISE EXCEPTION 'the version of a row may only advance by one; write the row without it'
            USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    NEW.{version} := COALESCE(OLD.{version}, 0) OPERATOR(pg_catalog.+) 1;
    RETURN NEW;
END
