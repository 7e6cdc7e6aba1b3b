-- The ordinary model: a key, some columns, a version.
CREATE TABLE articles (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT,
    views INTEGER NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);

-- A second model, for transactions over two tables; names are unique and never empty.
CREATE TABLE authors (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    version INTEGER NOT NULL DEFAULT 1
);

-- A 16-bit version.
CREATE TABLE small_counters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version SMALLINT NOT NULL
);

-- A table that got its version column later: old rows have none.
CREATE TABLE old_notes (
    id BIGINT PRIMARY KEY,
    text TEXT NOT NULL,
    version BIGINT
);

-- A version that is a time.
CREATE TABLE clocks (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version BIGINT NOT NULL
);

-- A composite key.
CREATE TABLE stock (
    shop TEXT NOT NULL,
    item INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (shop, item)
);

-- A binary key.
CREATE TABLE files (
    digest BYTEA NOT NULL PRIMARY KEY,
    content BYTEA,
    version BIGINT NOT NULL DEFAULT 1
);

-- Names that must be quoted.
CREATE TABLE "order" (
    "select" BIGINT NOT NULL PRIMARY KEY,
    "type" TEXT NOT NULL,
    "the version" BIGINT NOT NULL DEFAULT 1
);

-- Columns for structs that hold some of them.
CREATE TABLE profiles (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    created_by TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "the note" TEXT,
    email TEXT,
    phone TEXT,
    street TEXT,
    city TEXT,
    country TEXT,
    version BIGINT NOT NULL DEFAULT 1
);

-- A key that is a text.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);

-- A version that is a text.
CREATE TABLE letters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version TEXT NOT NULL
);

-- Names with the quotes of every engine in them.
CREATE TABLE "a""b`c" (
    "k""e`y" BIGINT PRIMARY KEY,
    "v""a`l" TEXT NOT NULL,
    "v""e`r" BIGINT NOT NULL
);
