-- The function of one table's trigger. One function for all tables would cost twice as much.
--
-- CREATE FUNCTION "concurrency_articles_version"() RETURNS trigger
-- LANGUAGE plpgsql AS $concurrency$
-- BEGIN
--     /* concurrency-diesel 1 */
--     NEW."version" := COALESCE(OLD."version", 0) OPERATOR(pg_catalog.+) 1;
--     RETURN NEW;
-- END
-- $concurrency$
CREATE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql AS {quote}
{body}
{quote}
