-- What the owner changed, a row for each slug of each correction: the audit, and how a
-- running server hears of it. Only ever added to.
CREATE TABLE corrections (
    -- Rises, also past rows that somebody deleted.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- UTC, as 2026-11-20T12:00:00Z.
    made_at TEXT NOT NULL,
    -- The command: set, rename, import.
    command TEXT NOT NULL,
    slug    TEXT NOT NULL,
    -- The total as it was stored before and after.
    before  INTEGER NOT NULL CHECK (before >= 0),
    after   INTEGER NOT NULL CHECK (after >= 0),
    -- What of the change is in no day. A total is the sum of its days and of these.
    undated INTEGER NOT NULL,
    why     TEXT NOT NULL
) STRICT;

-- The files that were imported, so that none is counted twice by mistake.
CREATE TABLE imports (
    sha256      TEXT PRIMARY KEY NOT NULL,
    imported_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
