-- How many triggers and rules may leave a row out of an UPDATE or a DELETE of {table} and write it all the same: of the
-- table, of those that inherit from it, and of those that a view shows. Of `tgtype`, 1 is FOR EACH ROW, 2 BEFORE, 64
-- INSTEAD OF, {tgtype} the event.
--
-- What is read of a function is its body without comments and texts. A trigger passes if each RETURN of it returns the
-- row, and if it assigns no other to the row. Of a DELETE the row is the old one; a function that asks for its event
-- returns the new one of others. One that returns NULL where its only statement found no row did not write either. A
-- function of another language is known by its name or not at all. What holds neither a statement nor a call writes
-- nothing. The actions of a rule are SELECT (1), UPDATE, INSERT, DELETE and MERGE; that of DO INSTEAD NOTHING is 6 or 7.
--
-- Most tables have neither triggers, rules nor children: the first CASE keeps their conflicts cheap. FILTER keeps the
-- texts of the other tables' rules from being read.
CASE WHEN (
    SELECT relhastriggers OR relhasrules OR relhassubclass FROM pg_catalog.pg_class WHERE oid = {table}
) THEN (WITH RECURSIVE reached AS (
    SELECT {table}::pg_catalog.oid AS relation
    UNION
    SELECT next.relation FROM reached CROSS JOIN LATERAL (
        SELECT inhrelid AS relation FROM pg_catalog.pg_inherits WHERE inhparent = reached.relation
        UNION ALL
        SELECT depends.refobjid FROM pg_catalog.pg_rewrite AS rules
        JOIN pg_catalog.pg_depend AS depends ON depends.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
            AND depends.objid = rules.oid AND depends.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        WHERE rules.ev_class = reached.relation
    ) AS next
)
SELECT (
    SELECT CASE WHEN bool_and(writes_nothing) THEN 0 ELSE count(*) FILTER (WHERE NOT passes) END
    FROM (
        SELECT
            CASE lanname WHEN 'plpgsql' THEN pg_catalog.regexp_replace(
                CASE WHEN body ~* '\mloop\M|\m({verbs})\M.*\m({verbs})\M'
                    THEN body
                    ELSE pg_catalog.regexp_replace(body, 'if\s+not\s+found\s+then\s+return\s+null\s*;', '', 'gi')
                END,
                CASE WHEN body ~* '\mtg_op\M.*\mreturn\s*\(?\s*old\M'
                    THEN '\mreturn\s*\(?\s*((new|old)|{both})\s*\)?\s*;'
                    ELSE '\mreturn\s*\(?\s*({row}|{both})\s*\)?\s*;'
                END,
                ';', 'gi'
            ) !~* '\mreturn\M|(;|\m(begin|then|else|loop)\M)\s*(new|old)\s*:?=|\minto\s+(strict\s+)?(new|old)\s*[^\s.(]|\mcall\M'
            ELSE prosrc IN ('moddatetime', 'insert_username', 'autoinc', 'tsvector_update_trigger_byid', 'tsvector_update_trigger_bycolumn')
            END AS passes,
            lanname = 'plpgsql' AND body !~* '\m({verbs})\M|[\w"]\s*\(' AS writes_nothing
        FROM pg_catalog.pg_trigger
        JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
        JOIN pg_catalog.pg_language ON pg_language.oid = prolang
        CROSS JOIN LATERAL pg_catalog.regexp_replace(
            prosrc, '--[^\n]*|/\*([^*]|\*+[^*/])*\*+/|''[^'']*''', ' ', 'g'
        ) AS body
        WHERE tgrelid = ANY (ARRAY(SELECT relation FROM reached)) AND tgtype & 1 <> 0 AND tgtype & 66 <> 0 AND tgtype & {tgtype} <> 0
            AND tgenabled IN (
                'A', CASE pg_catalog.current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END
            )
    ) AS standing
) + (
    SELECT count(*) FILTER (WHERE ev_action::text ~ ':commandType [1-5] ') FROM pg_catalog.pg_rewrite
    WHERE ev_class = ANY (ARRAY(SELECT relation FROM reached)) AND ev_type = '{ev_type}' AND is_instead
)) ELSE 0 END
