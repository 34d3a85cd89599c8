-- From version 2 to 3.

-- Codes that a provider makes and checks, and what gateways report about messages.
ALTER TABLE messages ADD COLUMN is_checked_by_provider INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN segments INTEGER;
ALTER TABLE messages ADD COLUMN price TEXT;
ALTER TABLE messages ADD COLUMN receipt INTEGER CHECK (receipt BETWEEN 1 AND 5);
ALTER TABLE messages ADD COLUMN receipt_code TEXT;
ALTER TABLE messages ADD COLUMN receipt_at INTEGER;

-- Receipts name a message as its provider does.
CREATE INDEX messages_by_provider ON messages (provider, provider_id) WHERE provider_id IS NOT NULL;
-- Sent messages of which more news may come.
CREATE INDEX messages_awaited ON messages (provider, id)
    WHERE state = 1 AND provider_id IS NOT NULL AND coalesce(receipt, 0) < 3;

-- Ways to send SMS that the administration API keeps.
CREATE TABLE sms_providers (
    row                INTEGER PRIMARY KEY,
    id                 TEXT    NOT NULL UNIQUE,
    description        TEXT    NOT NULL,
    is_active          INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    kind               INTEGER NOT NULL CHECK (kind IN (1, 2)),
    sid                TEXT    NOT NULL DEFAULT '',
    sender_number      TEXT    NOT NULL DEFAULT '',
    verify_service_sid TEXT    NOT NULL DEFAULT '',
    endpoint           TEXT    NOT NULL DEFAULT '',
    secret             BLOB    NOT NULL,
    sequence           INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    changed_at         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX sms_providers_active ON sms_providers (is_active) WHERE is_active = 1;

-- Providers of any plugin that the API keeps.
CREATE TABLE plugin_providers (
    row          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    description  TEXT    NOT NULL,
    is_active    INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    plugin       TEXT    NOT NULL,
    sha256       TEXT,
    memory_limit INTEGER,
    secret       BLOB    NOT NULL,
    sequence     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;
