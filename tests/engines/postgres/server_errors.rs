//! The errors that PostgreSQL returns for a save, each with its SQLSTATE.

use diesel::connection::SimpleConnection as _;

use super::TestConnection;
use crate::suite::obstacles::Obstacle;
use crate::suite::server_errors::ServerError;

/// A trigger that does this before the row is written.
macro_rules! before_update {
    ($body:literal) => {
        concat!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ",
            $body,
            " RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    };
}

const TRIGGER: ServerError = ServerError { undo: "DROP FUNCTION refuse() CASCADE", ..ServerError::ORDINARY };
const CONSTRAINT: ServerError =
    ServerError { undo: "ALTER TABLE articles DROP CONSTRAINT refuse", ..ServerError::ORDINARY };
const OLD_SNAPSHOT: ServerError = ServerError {
    says: "could not serialize access due to concurrent update", // 40001
    restarts: true,
    ..ServerError::ORDINARY
};

pub fn server_errors(_connection: &mut TestConnection) -> Vec<ServerError> {
    let mut errors = Vec::new();
    errors.extend(GIVEN_UP);
    errors.extend(RAISED);
    errors.extend(VIOLATED);
    errors.extend(IMPOSSIBLE);
    errors
}

const GIVEN_UP: [ServerError; 8] = [
    ServerError {
        says: "canceling statement due to statement timeout", // 57014
        session: "SET statement_timeout = '50ms'",
        obstacle: Obstacle::Held,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "canceling statement due to user request", // 57014
        obstacle: Obstacle::Cancelled(cancel),
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "canceling statement due to lock timeout", // 55P03
        restarts: true,
        session: "SET lock_timeout = '50ms'",
        obstacle: Obstacle::Held,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "could not obtain lock on row", // 55P03
        restarts: true,
        // For each statement, because one for each row waits for the row itself.
        cause: "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM 1 FROM articles WHERE id = 1 FOR UPDATE NOWAIT; RETURN NULL; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON articles EXECUTE FUNCTION refuse()",
        obstacle: Obstacle::Held,
        ..TRIGGER
    },
    ServerError {
        says: "deadlock detected", // 40P01
        restarts: true,
        session: "SET deadlock_timeout = '10ms'",
        obstacle: Obstacle::Crossing,
        ..ServerError::ORDINARY
    },
    ServerError { obstacle: Obstacle::OldSnapshot("BEGIN ISOLATION LEVEL REPEATABLE READ"), ..OLD_SNAPSHOT },
    ServerError { obstacle: Obstacle::OldSnapshot("BEGIN ISOLATION LEVEL SERIALIZABLE"), ..OLD_SNAPSHOT },
    ServerError {
        says: "temporary file size exceeds", // 53400
        cause: before_update!("PERFORM count(*) FROM generate_series(1, 100000);"),
        session: "SET work_mem = '64kB'; SET temp_file_limit = '64kB'",
        ..TRIGGER
    },
];

const RAISED: [ServerError; 7] = [
    ServerError {
        says: "closed on Sundays", // P0001
        cause: before_update!("RAISE EXCEPTION 'closed on Sundays';"),
        ..TRIGGER
    },
    ServerError {
        says: "try again", // 40001
        restarts: true,
        cause: before_update!("RAISE EXCEPTION 'try again' USING ERRCODE = '40001';"),
        ..TRIGGER
    },
    ServerError {
        says: "after it", // P0001, when the row is written already
        cause:
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'after it'; END $$;
            CREATE TRIGGER refuse AFTER UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION refuse()",
        ..TRIGGER
    },
    ServerError {
        says: "at the end", // P0001, at the end of the transaction, which may be that of the statement
        cause:
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'at the end'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON articles DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION refuse()",
        ..TRIGGER
    },
    ServerError {
        says: "division by zero", // 22012
        cause: before_update!("NEW.views := NEW.views / 0;"),
        ..TRIGGER
    },
    ServerError {
        says: "invalid input syntax for type integer", // 22P02
        cause: before_update!("NEW.views := 'many'::integer;"),
        ..TRIGGER
    },
    ServerError {
        says: "stack depth limit exceeded", // 54001
        cause: before_update!("UPDATE articles SET body = 'more' WHERE id = 2;"),
        ..TRIGGER
    },
];

const VIOLATED: [ServerError; 9] = [
    ServerError {
        says: "violates check constraint", // 23514
        cause: "ALTER TABLE articles ADD CONSTRAINT refuse CHECK (views < 5)",
        ..CONSTRAINT
    },
    ServerError {
        says: "violates unique constraint", // 23505
        cause: "UPDATE articles SET views = 3 + id WHERE id > 1; ALTER TABLE articles ADD CONSTRAINT refuse UNIQUE (views)",
        ..CONSTRAINT
    },
    ServerError {
        says: "violates unique constraint", // 23505, at the end of the transaction
        cause: "UPDATE articles SET views = 3 + id WHERE id > 1;
            ALTER TABLE articles ADD CONSTRAINT refuse UNIQUE (views) DEFERRABLE INITIALLY DEFERRED",
        ..CONSTRAINT
    },
    ServerError {
        says: "violates foreign key constraint", // 23503
        cause: "ALTER TABLE articles ADD CONSTRAINT refuse FOREIGN KEY (views) REFERENCES authors (id) NOT VALID",
        ..CONSTRAINT
    },
    ServerError {
        says: "violates exclusion constraint", // 23P01
        cause: "ALTER TABLE articles ADD CONSTRAINT refuse EXCLUDE (body WITH =) WHERE (views >= 5);
            UPDATE articles SET views = 5 WHERE id = 2",
        ..CONSTRAINT
    },
    ServerError {
        says: "violates not-null constraint", // 23502
        cause: before_update!("NEW.title := NULL;"),
        ..TRIGGER
    },
    ServerError {
        says: "smallint out of range", // 22003
        cause: "ALTER TABLE articles ALTER views TYPE SMALLINT",
        undo: "ALTER TABLE articles ALTER views TYPE INTEGER",
        edit: |record| record.views += 100_000,
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "value too long for type character varying(10)", // 22001
        cause: "ALTER TABLE articles ALTER title TYPE VARCHAR(10)",
        undo: "ALTER TABLE articles ALTER title TYPE TEXT",
        edit: |record| "a title of more than ten letters".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "violates row-level security policy", // 42501
        cause: "ALTER TABLE articles ENABLE ROW LEVEL SECURITY;
            CREATE POLICY refuse ON articles USING (true) WITH CHECK (views < 5);
            DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO pg_monitor', current_schema()); END $$;
            GRANT SELECT, UPDATE ON articles TO pg_monitor",
        undo: "DROP POLICY refuse ON articles; ALTER TABLE articles DISABLE ROW LEVEL SECURITY",
        session: "SET ROLE pg_monitor",
        ..ServerError::ORDINARY
    },
];

const IMPOSSIBLE: [ServerError; 6] = [
    ServerError {
        says: "permission denied for table articles", // 42501
        cause: "DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO pg_monitor', current_schema()); END $$;
            GRANT SELECT ON articles TO pg_monitor",
        undo: "SELECT 1",
        session: "SET ROLE pg_monitor",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "relation \"articles\" does not exist", // 42P01
        cause: "ALTER TABLE articles RENAME TO elsewhere",
        undo: "ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "column \"views\" of relation \"articles\" does not exist", // 42703
        cause: "ALTER TABLE articles RENAME views TO seen",
        undo: "ALTER TABLE articles RENAME seen TO views",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "in a read-only transaction", // 25006
        session: "SET default_transaction_read_only = on",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "cannot update view \"articles\"", // 55000
        cause: "ALTER TABLE articles RENAME TO elsewhere;
            CREATE VIEW articles AS SELECT DISTINCT * FROM elsewhere",
        undo: "DROP VIEW articles; ALTER TABLE elsewhere RENAME TO articles",
        ..ServerError::ORDINARY
    },
    ServerError {
        says: "column \"title\" can only be updated to DEFAULT", // 428C9
        cause: "ALTER TABLE articles DROP title, ADD title TEXT NOT NULL GENERATED ALWAYS AS ('first') STORED",
        undo: "ALTER TABLE articles ALTER title DROP EXPRESSION",
        edit: |record| "second".clone_into(&mut record.title),
        ..ServerError::ORDINARY
    },
];

pub fn cancel(id: i64, observer: &mut TestConnection) {
    observer.batch_execute(&format!("SELECT pg_cancel_backend({id})")).unwrap();
}
