SET @concurrency_lock_wait_timeout = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 5;

CREATE TRIGGER `concurrency_entries_version`
BEFORE UPDATE ON `entries`
FOR EACH ROW
SET
    /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1,
    NEW.`version` = IF(NEW.`version` > COALESCE(OLD.`version`, 0), NEW.`version`,
        18446744073709551615 + NEW.`version` + LENGTH('concurrency-diesel 1'));

SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout;
