-- From version 3 to 4.

-- The life of a message: one state for all of it, and each call of a provider in a row of its own.
ALTER TABLE messages RENAME TO messages_3;

CREATE TABLE messages (
    id               INTEGER PRIMARY KEY,
    user             INTEGER NOT NULL REFERENCES users (row),
    purpose          INTEGER NOT NULL CHECK (purpose BETWEEN 1 AND 5),
    channel          INTEGER NOT NULL CHECK (channel IN (1, 2)),
    recipient        TEXT    NOT NULL,
    code             BLOB,
    url_template     TEXT,
    application_name TEXT,
    origin           TEXT    NOT NULL,
    expires_at       INTEGER NOT NULL,
    state            INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),
    changed_at       INTEGER NOT NULL,
    rounds           INTEGER NOT NULL DEFAULT 0,
    attempts         INTEGER NOT NULL DEFAULT 0,
    unknown_outcomes INTEGER NOT NULL DEFAULT 0,
    due_at           INTEGER NOT NULL,
    provider         TEXT,
    only_provider    TEXT,
    resend_of        INTEGER,
    CHECK (state <= 1 OR code IS NULL)
) STRICT;

CREATE TABLE attempts (
    message       INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    provider      TEXT    NOT NULL,
    route         TEXT,
    started_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    status        INTEGER CHECK (status BETWEEN 1 AND 10),
    provider_id   TEXT,
    provider_code TEXT,
    detail        TEXT,
    segments      INTEGER,
    price         TEXT,
    is_checked_by_provider INTEGER NOT NULL DEFAULT 0,
    awaits_receipt INTEGER NOT NULL DEFAULT 0,
    receipt       INTEGER CHECK (receipt BETWEEN 1 AND 5),
    receipt_code  TEXT,
    receipt_at    INTEGER,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;

INSERT INTO messages (id, user, purpose, channel, recipient, code, url_template, application_name, origin,
                      expires_at, state, changed_at, rounds, attempts, unknown_outcomes, due_at, provider)
SELECT id, user, purpose, channel, recipient, code, url_template, application_name, origin, expires_at,
       CASE state WHEN 1 THEN 1 + coalesce(receipt, 1) WHEN 2 THEN iif(unknown_outcomes > 0, 8, 7)
                  WHEN 3 THEN iif(unknown_outcomes > 0, 8, 6) WHEN 4 THEN 9 ELSE 0 END,
       coalesce(receipt_at, due_at), attempts, provider IS NOT NULL, unknown_outcomes, due_at, provider
FROM messages_3 WHERE user IN (SELECT row FROM users WHERE state <> 3);

-- Of all attempts the last one was kept. 1 is OK, 7 unknown, 6 not sent, 3 refused.
INSERT INTO attempts (message, number, provider, started_at, ended_at, status, provider_id, provider_code,
                      detail, segments, price, is_checked_by_provider, awaits_receipt, receipt, receipt_code, receipt_at)
SELECT id, 1, provider, due_at, due_at,
       CASE WHEN state = 1 THEN 1 WHEN unknown_outcomes > 0 THEN 7 WHEN state = 2 THEN 3 ELSE 6 END,
       provider_id, provider_code, detail, segments, price, is_checked_by_provider,
       state = 1 AND coalesce(receipt, 9) < 3, receipt, receipt_code, receipt_at
FROM messages_3 WHERE provider IS NOT NULL AND id IN (SELECT id FROM messages);

DROP TABLE messages_3;

CREATE INDEX messages_queued ON messages (channel, due_at) WHERE state = 0;
CREATE INDEX messages_sending ON messages (id) WHERE state = 1;
CREATE INDEX messages_by_user ON messages (user, id);
CREATE INDEX messages_in_trouble ON messages (state, id) WHERE state BETWEEN 5 AND 8;
CREATE INDEX attempts_by_provider ON attempts (provider, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX attempts_awaited ON attempts (message, provider) WHERE awaits_receipt = 1;
