-- A table whose version every program moves: the next migration adds its trigger.
CREATE TABLE entries (
    id BIGINT PRIMARY KEY,
    text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
