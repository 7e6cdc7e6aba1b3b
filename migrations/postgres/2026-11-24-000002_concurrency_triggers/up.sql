CREATE FUNCTION "concurrency_entries_version"() RETURNS trigger
LANGUAGE plpgsql AS $concurrency$
BEGIN
    /* concurrency-diesel 1 */
    NEW."version" := COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1;
    RETURN NEW;
END
$concurrency$;

CREATE TRIGGER "concurrency_entries_version"
BEFORE UPDATE ON "entries"
FOR EACH ROW
WHEN (NEW."version" IS DISTINCT FROM COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1)
EXECUTE FUNCTION "concurrency_entries_version"();
