CREATE TRIGGER `concurrency_entries_version`
BEFORE UPDATE ON `entries`
FOR EACH ROW
SET /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1;
