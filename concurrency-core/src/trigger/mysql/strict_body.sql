-- As body.sql, and refuses a write that sets the version to anything but the next one. NULL counts as 0.
BEGIN
    IF COALESCE(NEW.{version}, 0) NOT IN (COALESCE(OLD.{version}, 0), COALESCE(OLD.{version}, 0) + 1) THEN
        SIGNAL SQLSTATE '45000'
            SET MESSAGE_TEXT = 'the version of a row may only advance by one; write the row without it';
    END IF;
    {body};
END
