-- From version 5 to 6.

-- Receipts that come before their attempts are over.
CREATE TABLE early_receipts (
    row         INTEGER PRIMARY KEY,
    provider    TEXT    NOT NULL,
    provider_id TEXT    NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
    code        TEXT,
    at          INTEGER NOT NULL,
    held_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX early_receipts_by_provider ON early_receipts (provider, provider_id);
