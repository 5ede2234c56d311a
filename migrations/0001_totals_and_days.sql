-- All views of a slug, ever. Only ever changed by adding.
CREATE TABLE totals (
    slug  TEXT PRIMARY KEY NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0)
) STRICT, WITHOUT ROWID;

-- The same views by the UTC day (YYYY-MM-DD) of their handshake.
CREATE TABLE days (
    slug  TEXT NOT NULL,
    day   TEXT NOT NULL,
    views INTEGER NOT NULL CHECK (views >= 0),
    PRIMARY KEY (slug, day)
) STRICT, WITHOUT ROWID;

-- The last batch of views that each run of the program committed. It is written
-- in the batch's own transaction, so that a batch whose COMMIT has an unknown
-- outcome is not applied a second time.
CREATE TABLE writers (
    writer  TEXT PRIMARY KEY NOT NULL,
    batch   INTEGER NOT NULL,
    -- The UTC day of that batch.
    seen_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;
