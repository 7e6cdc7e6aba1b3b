-- One statement, so that every client can send it without a DELIMITER. The mark is a text, too, because MariaDB's own client drops
-- comments. The comment stands on a line of its own: reading a dump of MySQL, that client takes its end for that of
-- `/*!50003 TRIGGER …` where both begin on one line. Under an sql_mode that is not strict the first assignment stops at the greatest
-- version of the column; then the second one fails, because no integer is so great.
SET
    /* concurrency-diesel 1 */ NEW.{version} = COALESCE(OLD.{version}, 0) + 1,
    NEW.{version} = IF(NEW.{version} > COALESCE(OLD.{version}, 0), NEW.{version},
        18446744073709551615 + NEW.{version} + LENGTH('concurrency-diesel 1'))
