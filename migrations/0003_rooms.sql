-- The reading rooms: the last message of each.
CREATE TABLE rooms (
    slug    TEXT PRIMARY KEY NOT NULL,
    -- Only ever rises, also where messages are removed: no id is used a second time.
    last_id INTEGER NOT NULL CHECK (last_id > 0)
) STRICT, WITHOUT ROWID;

-- What was said in them.
CREATE TABLE room_messages (
    slug    TEXT NOT NULL,
    -- Rises by one from message to message of a slug.
    id      INTEGER NOT NULL,
    -- When it was stored, in milliseconds since 1970, by the server's clock.
    sent_at INTEGER NOT NULL,
    -- Who said it. Empty in a message that was deleted.
    sender  TEXT NOT NULL,
    -- What was said. Empty in a message that was deleted.
    message TEXT NOT NULL,
    -- Which sending of its page it was: 16 random bytes; NULL if the page did not say.
    client  BLOB CHECK (client IS NULL OR length(client) = 16),
    -- 'shown'; 'hidden' until the owner has looked at its reports; 'deleted', which is kept so
    -- that pages that return remove it.
    state   TEXT NOT NULL DEFAULT 'shown' CHECK (state IN ('shown', 'hidden', 'deleted')),
    PRIMARY KEY (slug, id)
) STRICT, WITHOUT ROWID;

-- A message that is sent twice is stored once.
CREATE UNIQUE INDEX room_messages_client ON room_messages (slug, client) WHERE client IS NOT NULL;
-- Old messages are removed.
CREATE INDEX room_messages_sent_at ON room_messages (sent_at);
