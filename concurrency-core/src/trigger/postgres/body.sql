-- Every operator is qualified, so that it means the same under the search_path of whoever writes the row.
BEGIN
    /* concurrency-diesel 1 */
    NEW.{version} := COALESCE(OLD.{version}, 0) OPERATOR(pg_catalog.+) 1;
    RETURN NEW;
END
