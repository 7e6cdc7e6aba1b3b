-- Sets the next version in every written row. The marker stands after SET, because MariaDB drops a comment before it.
--
-- CREATE TRIGGER `concurrency_articles_version`
-- BEFORE UPDATE ON `articles`
-- FOR EACH ROW
-- SET /* concurrency-diesel 1 */ NEW.`version` = COALESCE(OLD.`version`, 0) + 1
CREATE TRIGGER {trigger}
BEFORE UPDATE ON {table}
FOR EACH ROW
{body}
