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
