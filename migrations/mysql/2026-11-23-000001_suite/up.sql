-- The ordinary model: a key, some columns, a version.
CREATE TABLE articles (
    id BIGINT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    body TEXT,
    views INTEGER NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- A second model, for transactions over two tables; names are unique and never empty.
CREATE TABLE authors (
    id BIGINT PRIMARY KEY,
    name VARCHAR(100) NOT NULL UNIQUE CHECK (name <> ''),
    version INTEGER NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- A 16-bit version.
CREATE TABLE small_counters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version SMALLINT NOT NULL
) ENGINE = InnoDB;

-- A table that got its version column later: old rows have none.
CREATE TABLE old_notes (
    id BIGINT PRIMARY KEY,
    text VARCHAR(200) NOT NULL,
    version BIGINT
) ENGINE = InnoDB;

-- A version that is a time.
CREATE TABLE clocks (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version BIGINT NOT NULL
) ENGINE = InnoDB;

-- A composite key.
CREATE TABLE stock (
    shop VARCHAR(100) NOT NULL,
    item INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (shop, item)
) ENGINE = InnoDB;

-- A binary key.
CREATE TABLE files (
    digest VARBINARY(100) NOT NULL PRIMARY KEY,
    content BLOB,
    version BIGINT NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- Names that must be quoted.
CREATE TABLE `order` (
    `select` BIGINT NOT NULL PRIMARY KEY,
    `type` VARCHAR(200) NOT NULL,
    `the version` BIGINT NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- Columns for structs that hold some of them.
CREATE TABLE profiles (
    id BIGINT PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    created_by VARCHAR(200) NOT NULL,
    `type` VARCHAR(200) NOT NULL,
    `the note` VARCHAR(200),
    email VARCHAR(200),
    phone VARCHAR(200),
    street VARCHAR(200),
    city VARCHAR(200),
    country VARCHAR(200),
    version BIGINT NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- A key that is a text.
CREATE TABLE settings (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    value VARCHAR(200) NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- A version that is a text.
CREATE TABLE letters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version VARCHAR(100) NOT NULL
) ENGINE = InnoDB;

-- Names with the quotes of every engine in them.
CREATE TABLE `a"b``c` (
    `k"e``y` BIGINT PRIMARY KEY,
    `v"a``l` VARCHAR(200) NOT NULL,
    `v"e``r` BIGINT NOT NULL
) ENGINE = InnoDB;

-- Unsigned versions, which only this engine has.
CREATE TABLE unsigned_counters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version INTEGER UNSIGNED NOT NULL
) ENGINE = InnoDB;

CREATE TABLE wide_unsigned_counters (
    id BIGINT PRIMARY KEY,
    value INTEGER NOT NULL,
    version BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB;
