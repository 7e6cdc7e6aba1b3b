-- One statement, so that every client can send it without a DELIMITER.
SET /* concurrency-diesel 1 */ NEW.{version} = COALESCE(OLD.{version}, 0) + 1
