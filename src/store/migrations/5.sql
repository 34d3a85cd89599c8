-- From version 4 to 5.

-- Limits against pumping and guessing.
CREATE TABLE sends (
    row     INTEGER PRIMARY KEY,
    subject BLOB    NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sends_by_subject ON sends (subject, sent_at);

CREATE TABLE send_counts (
    scope    INTEGER NOT NULL CHECK (scope BETWEEN 1 AND 5),
    subject  TEXT    NOT NULL,
    slot     INTEGER NOT NULL,
    sent     INTEGER NOT NULL,
    verified INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, subject, slot)
) STRICT, WITHOUT ROWID;

CREATE INDEX send_counts_by_slot ON send_counts (slot);

CREATE TABLE country_stops (
    country    TEXT    PRIMARY KEY,
    until      INTEGER NOT NULL,
    began      INTEGER NOT NULL,
    stopped_by TEXT
) STRICT, WITHOUT ROWID;

ALTER TABLE wrong_codes ADD COLUMN is_by_stranger INTEGER NOT NULL DEFAULT 0;

-- Codes that are sent again as they are.
ALTER TABLE users ADD COLUMN phone_code_sealed BLOB;

CREATE INDEX users_by_sealed_code ON users (phone_code_expires_at) WHERE phone_code_sealed IS NOT NULL;
