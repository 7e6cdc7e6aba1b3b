-- NULL is no next version either.
(NEW.{version} OPERATOR(pg_catalog.=) (COALESCE(OLD.{version}, 0) OPERATOR(pg_catalog.+) 1)) IS NOT TRUE
