-- Sets the next version in every written row.
--
-- CREATE TRIGGER `concurrency_articles_version`
-- BEFORE UPDATE ON `articles`
-- FOR EACH ROW
-- SET NEW.`version` = COALESCE(OLD.`version`, 0) + 1, …
CREATE TRIGGER {trigger}
BEFORE UPDATE ON {table}
FOR EACH ROW
{body}
