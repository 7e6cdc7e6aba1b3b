-- The trigger as the server writes it, which shows the operators of others like its own: those are told by their numbers.
CASE WHEN EXISTS (
        SELECT FROM pg_catalog.regexp_matches(triggers.tgqual::text, ':(?:opno|opfuncid|funcid) (\d+)', 'g') AS called
        WHERE called[1]::bigint >= 16384
    ) THEN 'WITH OPERATORS OF ITS OWN: ' ELSE '' END || pg_catalog.pg_get_triggerdef(triggers.oid)
