-- The same for a table that is itself named "new" or "old": in its UPDATE these names mean the table, not the row that
-- was written, and every row would be found. Slower, so only for these.
UPDATE {table} SET {version} = written.{version}
    FROM (SELECT {new_key}, COALESCE(OLD.{version}, 0) + 1 AS {version}) AS written
    WHERE {key}
