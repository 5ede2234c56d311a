-- What the owner did in the reading rooms, a row for each message of each command: the audit,
-- and how a running server hears of it. Only ever added to.
CREATE TABLE room_actions (
    -- Rises, also past rows that somebody deleted.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- UTC, as 2026-11-20T12:00:00Z.
    made_at TEXT NOT NULL,
    -- The command: delete, clear.
    command TEXT NOT NULL,
    slug    TEXT NOT NULL,
    message INTEGER NOT NULL,
    why     TEXT NOT NULL
) STRICT;
