-- Calls the function for a write that does not set the next version. Our own saves set it, and pay for the comparison only.
CREATE TRIGGER {trigger}
BEFORE UPDATE ON {table}
FOR EACH ROW
WHEN (NEW.{version} IS DISTINCT FROM COALESCE(OLD.{version}, 0) OPERATOR(pg_catalog.+) 1)
EXECUTE FUNCTION {function}()
