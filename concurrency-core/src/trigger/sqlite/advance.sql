-- Finds the written row by its new key, which the write may have changed.
UPDATE {table} SET {version} = COALESCE(OLD.{version}, 0) + 1 WHERE {key}
