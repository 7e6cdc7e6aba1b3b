-- Calls the function for a write that does not set the next version. Our own saves set it, and pay for the comparison only.
-- Every operator is qualified: IS DISTINCT FROM would take the operator that the search_path of its maker finds.
CREATE TRIGGER {trigger}
BEFORE UPDATE ON {table}
FOR EACH ROW
WHEN ({condition})
EXECUTE FUNCTION {function}()
