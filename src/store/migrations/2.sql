-- From version 1 to 2: states, keys and secrets of machines, codes of every purpose, lists.

ALTER TABLE instance ADD COLUMN project_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN default_language TEXT;

ALTER TABLE org_domains ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE org_domains ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE org_domains ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE org_domains SET (sequence, created_at, changed_at) =
    (SELECT o.sequence, o.created_at, o.created_at FROM orgs o WHERE o.row = org_domains.org);
CREATE INDEX org_domains_by_org ON org_domains (org);

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
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
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

-- Searches: tables beside the users, kept by triggers from here on.
CREATE TABLE user_search (
    row              INTEGER PRIMARY KEY,
    org              INTEGER NOT NULL,
    kind             INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    user_name_key    TEXT    NOT NULL,
    first_name_key   TEXT,
    last_name_key    TEXT,
    nick_name_key    TEXT,
    display_name_key TEXT,
    email_key        TEXT
) STRICT;

CREATE INDEX user_search_by_user_name ON user_search (user_name_key, org);
CREATE INDEX user_search_by_first_name ON user_search (first_name_key, org);
CREATE INDEX user_search_by_last_name ON user_search (last_name_key, org);
CREATE INDEX user_search_by_nick_name ON user_search (nick_name_key, org);
CREATE INDEX user_search_by_display_name ON user_search (display_name_key, org);
CREATE INDEX user_search_by_email ON user_search (email_key, org);
CREATE INDEX user_search_by_created_at ON user_search (created_at, org);
CREATE INDEX user_search_by_org ON user_search (org);
CREATE INDEX user_search_by_kind ON user_search (kind, org);
CREATE INDEX user_search_by_state ON user_search (state, org);

CREATE VIRTUAL TABLE user_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE user_counts (
    org   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,
    state INTEGER NOT NULL,
    users INTEGER NOT NULL,
    PRIMARY KEY (org, kind, state)
) STRICT, WITHOUT ROWID;

INSERT INTO user_search
    SELECT row, org, kind, state, created_at, search_key(user_name), search_key(first_name),
        search_key(last_name), search_key(nick_name), search_key(display_name), search_key(email)
    FROM users WHERE state <> 3;
INSERT INTO user_words (rowid, words)
    SELECT row, search_words(user_name, first_name, last_name, nick_name, display_name, email)
    FROM users WHERE state <> 3;
INSERT INTO user_counts
    SELECT org, kind, state, count(*) FROM users WHERE state <> 3 GROUP BY org, kind, state;

CREATE TRIGGER users_become_searchable AFTER INSERT ON users WHEN new.state <> 3 BEGIN
    INSERT INTO user_search VALUES (new.row, new.org, new.kind, new.state, new.created_at,
        search_key(new.user_name), search_key(new.first_name), search_key(new.last_name),
        search_key(new.nick_name), search_key(new.display_name), search_key(new.email));
    INSERT INTO user_words (rowid, words) VALUES (new.row, search_words(new.user_name, new.first_name,
        new.last_name, new.nick_name, new.display_name, new.email));
    INSERT INTO user_counts VALUES (new.org, new.kind, new.state, 1) ON CONFLICT DO UPDATE SET users = users + 1;
END;

CREATE TRIGGER users_stay_searchable AFTER UPDATE OF org, kind, state, created_at, user_name, first_name,
    last_name, nick_name, display_name, email ON users BEGIN
    DELETE FROM user_search WHERE row = old.row;
    INSERT INTO user_search
        SELECT new.row, new.org, new.kind, new.state, new.created_at,
            search_key(new.user_name), search_key(new.first_name), search_key(new.last_name),
            search_key(new.nick_name), search_key(new.display_name), search_key(new.email)
        WHERE new.state <> 3;
    UPDATE user_counts SET users = users - 1
        WHERE org = old.org AND kind = old.kind AND state = old.state;
    INSERT INTO user_counts SELECT new.org, new.kind, new.state, 1 WHERE new.state <> 3
        ON CONFLICT DO UPDATE SET users = users + 1;
END;

CREATE TRIGGER users_keep_their_words AFTER UPDATE OF user_name, first_name, last_name, nick_name,
    display_name, email ON users BEGIN
    DELETE FROM user_words WHERE rowid = old.row;
    INSERT INTO user_words (rowid, words)
        SELECT new.row, search_words(new.user_name, new.first_name, new.last_name, new.nick_name,
            new.display_name, new.email)
        WHERE new.state <> 3;
END;

CREATE INDEX user_metadata_by_key ON user_metadata (key, substr(value, 1, 200));
CREATE INDEX user_metadata_by_value ON user_metadata (substr(value, 1, 200));

CREATE TABLE secret_generators (
    type          INTEGER PRIMARY KEY CHECK (type BETWEEN 1 AND 8),
    length        INTEGER NOT NULL,
    expiry        INTEGER NOT NULL,
    lower_letters INTEGER NOT NULL CHECK (lower_letters IN (0, 1)),
    upper_letters INTEGER NOT NULL CHECK (upper_letters IN (0, 1)),
    digits        INTEGER NOT NULL CHECK (digits IN (0, 1)),
    symbols       INTEGER NOT NULL CHECK (symbols IN (0, 1)),
    sequence      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;
