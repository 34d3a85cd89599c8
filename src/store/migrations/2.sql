-- From version 1 to 2: states, keys and secrets of machines, codes of every purpose, lists.

ALTER TABLE instance ADD COLUMN project_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN default_language TEXT;

CREATE TABLE user_codes (
    user        INTEGER NOT NULL REFERENCES users (row),
    purpose     INTEGER NOT NULL CHECK (purpose BETWEEN 1 AND 4),
    id          INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    expires_at  INTEGER,
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user, purpose)
) STRICT, WITHOUT ROWID;

INSERT INTO user_codes (user, purpose, id, hash, expires_at)
    SELECT row, 1, email_code_id, email_code_hash, email_code_expires_at
    FROM users WHERE email_code_id IS NOT NULL AND email_code_hash IS NOT NULL;
INSERT INTO user_codes (user, purpose, id, hash, expires_at)
    SELECT row, 2, initialization_code_id, initialization_code_hash, initialization_code_expires_at
    FROM users WHERE initialization_code_id IS NOT NULL AND initialization_code_hash IS NOT NULL;

ALTER TABLE users DROP COLUMN email_code_id;
ALTER TABLE users DROP COLUMN email_code_hash;
ALTER TABLE users DROP COLUMN email_code_expires_at;
ALTER TABLE users DROP COLUMN initialization_code_id;
ALTER TABLE users DROP COLUMN initialization_code_hash;
ALTER TABLE users DROP COLUMN initialization_code_expires_at;

CREATE INDEX users_by_org ON users (org) WHERE state <> 3;
CREATE INDEX members_by_org ON members (org);

ALTER TABLE tokens ADD COLUMN is_revoked INTEGER NOT NULL DEFAULT 0 CHECK (is_revoked IN (0, 1));

CREATE TABLE machine_keys (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    user       INTEGER NOT NULL REFERENCES users (row),
    public_key TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX machine_keys_by_user ON machine_keys (user);

CREATE TABLE machine_secrets (
    user       INTEGER PRIMARY KEY REFERENCES users (row),
    hash       BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Messages also go by e-mail, and for other purposes.
ALTER TABLE messages RENAME TO messages_1;
CREATE TABLE messages (
    id          INTEGER PRIMARY KEY,
    user        INTEGER NOT NULL REFERENCES users (row),
    purpose     INTEGER NOT NULL CHECK (purpose BETWEEN 1 AND 5),
    channel     INTEGER NOT NULL CHECK (channel IN (1, 2)),
    recipient   TEXT    NOT NULL,
    code        BLOB,
    url_template     TEXT,
    application_name TEXT,
    origin      TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    attempts    INTEGER NOT NULL,
    unknown_outcomes INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL,
    provider      TEXT,
    provider_id   TEXT,
    provider_code TEXT,
    detail        TEXT,
    CHECK (state = 0 OR code IS NULL)
) STRICT;
INSERT INTO messages (id, user, purpose, channel, recipient, code, origin, expires_at, state, attempts,
        unknown_outcomes, due_at, provider, provider_id, provider_code, detail)
    SELECT id, user, purpose, 1, recipient, code, origin, expires_at, state, attempts,
        unknown_outcomes, due_at, provider, provider_id, provider_code, detail
    FROM messages_1;
DROP TABLE messages_1;
CREATE INDEX messages_queued ON messages (channel, due_at) WHERE state = 0;

CREATE TABLE message_texts (
    org      INTEGER NOT NULL,
    type     TEXT    NOT NULL,
    language TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    PRIMARY KEY (org, type, language, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE email_providers (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    description    TEXT    NOT NULL,
    is_active      INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    kind           INTEGER NOT NULL CHECK (kind IN (1, 2)),
    sender_address TEXT    NOT NULL DEFAULT '',
    sender_name    TEXT    NOT NULL DEFAULT '',
    reply_to       TEXT    NOT NULL DEFAULT '',
    tls            INTEGER NOT NULL DEFAULT 0 CHECK (tls IN (0, 1)),
    host           TEXT    NOT NULL DEFAULT '',
    user           TEXT    NOT NULL DEFAULT '',
    endpoint       TEXT    NOT NULL DEFAULT '',
    secret         BLOB    NOT NULL,
    sequence       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX email_providers_active ON email_providers (is_active) WHERE is_active = 1;

CREATE TABLE access_tokens (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    hash       BLOB    NOT NULL UNIQUE,
    user       INTEGER NOT NULL REFERENCES users (row),
    actor      INTEGER REFERENCES users (row),
    client_id  TEXT    NOT NULL,
    audience   TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX access_tokens_by_user ON access_tokens (user);
CREATE INDEX access_tokens_by_actor ON access_tokens (actor) WHERE actor IS NOT NULL;
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);
CREATE TABLE signing_keys (
    row         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    private_key BLOB    NOT NULL,
    public_key  BLOB    NOT NULL,
    signs_from  INTEGER NOT NULL
) STRICT;

ALTER TABLE events ADD COLUMN actor TEXT;
