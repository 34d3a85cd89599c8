-- The whole schema of a Belfry database, version 5 (PRAGMA user_version).
--
-- Conventions: `row` is the integer key inside the database, `id` the text that the API shows. Times
-- are microseconds since 1970-01-01T00:00:00Z, UTC. Booleans are 0 or 1. State, events and messages
-- of one change are written in one transaction.

-- The instance: exactly one row.
CREATE TABLE instance (
    row         INTEGER PRIMARY KEY CHECK (row = 1),
    id          TEXT    NOT NULL,
    default_org INTEGER NOT NULL REFERENCES orgs (row),
    -- Tells whether the key file belongs to this database; derived from the key, says nothing about it.
    key_check   BLOB    NOT NULL,
    sequence    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    -- The id of the project that access tokens for this API name in their audience.
    project_id  TEXT    NOT NULL DEFAULT '',
    -- The language of messages to users who prefer none; NULL is the configured one.
    default_language TEXT
) STRICT;

CREATE TABLE orgs (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    -- The name in lower case: names are unique without regard to it. A removed organization has the
    -- row behind a blank, which no name begins with.
    name_key   TEXT    NOT NULL UNIQUE,
    -- 1 active, 2 inactive, 3 removed
    state      INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    -- The sequence of the organization's last event.
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- Domains; a verified one belongs to a single organization.
CREATE TABLE org_domains (
    domain      TEXT    PRIMARY KEY,
    org         INTEGER NOT NULL REFERENCES orgs (row),
    is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
    is_primary  INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    -- The sequence of the last event about it, in the organization's history.
    sequence    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL DEFAULT 0,
    changed_at  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX org_domains_by_org ON org_domains (org);

-- Humans and machines. A removed user leaves a tombstone: id, organization and sequence stay, so that
-- the history goes on if the id is used again; everything personal is gone.
-- The phone and its pending code are columns here, because changing them is the hot path: one row,
-- one page, one index (users_by_phone).
CREATE TABLE users (
    row                      INTEGER PRIMARY KEY,
    id                       TEXT    NOT NULL UNIQUE,
    org                      INTEGER NOT NULL REFERENCES orgs (row),
    -- 1 human, 2 machine
    kind                     INTEGER NOT NULL CHECK (kind IN (1, 2)),
    -- 1 active, 2 inactive, 3 deleted, 4 locked, 6 initial (as the v1 API numbers them)
    state                    INTEGER NOT NULL CHECK (state IN (1, 2, 3, 4, 6)),
    -- The sequence of the user's last event.
    sequence                 INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    changed_at               INTEGER NOT NULL,

    -- The phone: E.164, and whether it is known to be the user's.
    phone                    TEXT,
    phone_is_verified        INTEGER NOT NULL DEFAULT 0 CHECK (phone_is_verified IN (0, 1)),
    -- The pending code: the id of the message that carries it, its keyed hash, when it stops being
    -- good (NULL: never), and how many wrong tries there were. All NULL or 0 when none is waited for.
    phone_code_id            INTEGER,
    phone_code_hash          BLOB,
    phone_code_expires_at    INTEGER,
    phone_code_wrong_tries   INTEGER NOT NULL DEFAULT 0,
    -- The code itself, encrypted with the instance key and bound to its id; only where a re-send repeats
    -- it (codes.verify_phone.repeat_on_resend), and only while it is good.
    phone_code_sealed        BLOB,

    user_name                TEXT,
    -- The user name in lower case: unique in the instance without regard to it; NULL in tombstones.
    user_name_key            TEXT    UNIQUE,
    -- Humans
    first_name               TEXT,
    last_name                TEXT,
    nick_name                TEXT,
    display_name             TEXT,
    -- BCP 47; empty is undefined
    preferred_language       TEXT,
    gender                   INTEGER,
    email                    TEXT,
    email_is_verified        INTEGER NOT NULL DEFAULT 0 CHECK (email_is_verified IN (0, 1)),
    -- argon2id in PHC notation, or the hash that was imported
    password_hash            TEXT,
    password_changed_at      INTEGER,
    password_change_required INTEGER NOT NULL DEFAULT 0 CHECK (password_change_required IN (0, 1)),
    -- Machines
    machine_name             TEXT,
    description              TEXT,
    access_token_type        INTEGER,

    -- A code without a number cannot be.
    CHECK (phone_code_id IS NULL OR (phone IS NOT NULL AND phone_code_hash IS NOT NULL)),
    CHECK (phone_is_verified = 0 OR phone IS NOT NULL)
) STRICT;

-- Finds users by number. The only index that a phone change touches.
CREATE INDEX users_by_phone ON users (phone) WHERE phone IS NOT NULL;

-- Finds sealed codes whose time is over, to be forgotten.
CREATE INDEX users_by_sealed_code ON users (phone_code_expires_at) WHERE phone_code_sealed IS NOT NULL;

-- The users of an organization, in the order of lists without another one.
CREATE INDEX users_by_org ON users (org) WHERE state <> 3;

-- Pending codes other than the phone's: at most one for each purpose.
CREATE TABLE user_codes (
    user        INTEGER NOT NULL REFERENCES users (row),
    -- 1 verify e-mail, 2 initialization, 3 password reset, 4 invitation
    purpose     INTEGER NOT NULL CHECK (purpose BETWEEN 1 AND 4),
    -- The id of the message that carries it, its keyed hash, when it stops being good (NULL: never),
    -- and how many wrong tries there were.
    id          INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    expires_at  INTEGER,
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user, purpose)
) STRICT, WITHOUT ROWID;

-- What users are searched by: a row for each living user, kept by the triggers below from the columns of
-- `users` that are named there, so that a phone change touches nothing of it. Keys are the texts without
-- regard to case (domain/search.rs); each index also holds the organization, because searches stay in one.
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

-- Which users may hold a piece of text, by all three neighbouring characters in it (domain/search_words.rs).
CREATE VIRTUAL TABLE user_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

-- How many living users there are, so that nobody has to count them.
CREATE TABLE user_counts (
    org   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,
    state INTEGER NOT NULL,
    users INTEGER NOT NULL,
    PRIMARY KEY (org, kind, state)
) STRICT, WITHOUT ROWID;

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

-- A change of state alone leaves the words as they are.
CREATE TRIGGER users_keep_their_words AFTER UPDATE OF user_name, first_name, last_name, nick_name,
    display_name, email ON users BEGIN
    DELETE FROM user_words WHERE rowid = old.row;
    INSERT INTO user_words (rowid, words)
        SELECT new.row, search_words(new.user_name, new.first_name, new.last_name, new.nick_name,
            new.display_name, new.email)
        WHERE new.state <> 3;
END;

CREATE TABLE user_metadata (
    user       INTEGER NOT NULL REFERENCES users (row),
    key        TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;

-- Find users by their metadata; of a value the first 200 bytes, as many as a search may ask for.
CREATE INDEX user_metadata_by_key ON user_metadata (key, substr(value, 1, 200));
CREATE INDEX user_metadata_by_value ON user_metadata (substr(value, 1, 200));

-- External identities of users.
CREATE TABLE user_idp_links (
    user             INTEGER NOT NULL REFERENCES users (row),
    idp_id           TEXT    NOT NULL,
    external_user_id TEXT    NOT NULL,
    display_name     TEXT    NOT NULL,
    PRIMARY KEY (user, idp_id, external_user_id)
) STRICT, WITHOUT ROWID;

-- Who has which roles where: org 0 is the instance.
CREATE TABLE members (
    user       INTEGER NOT NULL REFERENCES users (row),
    org        INTEGER NOT NULL,
    -- Role names, separated by single spaces.
    roles      TEXT    NOT NULL,
    -- The sequence of the last event about this membership, in the organization's history.
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (user, org)
) STRICT, WITHOUT ROWID;

-- The members of an organization or of the instance.
CREATE INDEX members_by_org ON members (org);

-- Personal access tokens; the text of a token is nowhere.
CREATE TABLE tokens (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    -- SHA-256 of the token's text
    hash       BLOB    NOT NULL UNIQUE,
    user       INTEGER NOT NULL REFERENCES users (row),
    -- Separated by single spaces.
    scopes     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Dead for good, because the user was deactivated or locked; still listed.
    is_revoked INTEGER NOT NULL DEFAULT 0 CHECK (is_revoked IN (0, 1))
) STRICT;

CREATE INDEX tokens_by_user ON tokens (user);

-- Keys with which machines ask for tokens: only the public part.
CREATE TABLE machine_keys (
    row        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    user       INTEGER NOT NULL REFERENCES users (row),
    -- RSA, in PEM (SPKI)
    public_key TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX machine_keys_by_user ON machine_keys (user);

-- Client secrets of machines. They are random, so a plain hash is as good as a slow one.
CREATE TABLE machine_secrets (
    user       INTEGER PRIMARY KEY REFERENCES users (row),
    -- SHA-256 of the secret
    hash       BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Access tokens from the token endpoint; the text of a token is nowhere.
CREATE TABLE access_tokens (
    row        INTEGER PRIMARY KEY,
    -- The `jti` of a JWT.
    id         TEXT    NOT NULL UNIQUE,
    -- SHA-256 of the token's text, opaque or JWT
    hash       BLOB    NOT NULL UNIQUE,
    user       INTEGER NOT NULL REFERENCES users (row),
    -- Who acts as that user; NULL for the user itself.
    actor      INTEGER REFERENCES users (row),
    client_id  TEXT    NOT NULL,
    -- Both separated by single spaces.
    audience   TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX access_tokens_by_user ON access_tokens (user);
CREATE INDEX access_tokens_by_actor ON access_tokens (actor) WHERE actor IS NOT NULL;
-- Finds those that are over, to be forgotten.
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);

-- The keys that sign JWTs. The last one whose time has come signs; the others stay in the key set
-- until the last token that they signed is over.
CREATE TABLE signing_keys (
    row         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    -- RSA: PKCS#1 in DER, sealed with the instance key and bound to the id
    private_key BLOB    NOT NULL,
    -- RSA: PKCS#1 in DER
    public_key  BLOB    NOT NULL,
    -- It is in the key set from the beginning, but signs only from then on.
    signs_from  INTEGER NOT NULL
) STRICT;

-- The history: appended to, never changed. The position orders all events of the instance.
CREATE TABLE events (
    position       INTEGER PRIMARY KEY,
    -- 1 user, 2 organization, 3 instance
    aggregate_type INTEGER NOT NULL CHECK (aggregate_type IN (1, 2, 3)),
    -- The row in users, orgs or instance.
    aggregate      INTEGER NOT NULL,
    -- Counts per aggregate from 1.
    sequence       INTEGER NOT NULL,
    type           TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    -- The id of the user who did it, or the name of a service.
    editor         TEXT    NOT NULL,
    -- The id of the user who acted as the editor; NULL if nobody did.
    actor          TEXT,
    -- The row of the organization that owned the aggregate; 0 for the instance.
    owner          INTEGER NOT NULL,
    -- JSON; NULL without keys. Never holds a code.
    payload        TEXT
) STRICT;

-- The history of one object in order; unique, so that no sequence is given twice.
CREATE UNIQUE INDEX events_by_aggregate ON events (aggregate_type, aggregate, sequence);

-- The outbox and what became of messages. A request only inserts here.
CREATE TABLE messages (
    -- Grows with time; the provider sees it as the message id, the same over all attempts.
    id               INTEGER PRIMARY KEY,
    user             INTEGER NOT NULL REFERENCES users (row),
    -- 1 verify phone, 2 verify e-mail, 3 initialization, 4 password reset, 5 invitation
    purpose          INTEGER NOT NULL CHECK (purpose BETWEEN 1 AND 5),
    -- 1 SMS, 2 e-mail
    channel          INTEGER NOT NULL CHECK (channel IN (1, 2)),
    -- E.164, or an e-mail address.
    recipient        TEXT    NOT NULL,
    -- The code, encrypted with the instance key and bound to the id; NULL as soon as no attempt can come.
    code             BLOB,
    -- A link that the caller words, and the application that the person is invited to.
    url_template     TEXT,
    application_name TEXT,
    -- Scheme and host of the request that caused it.
    origin           TEXT    NOT NULL,
    -- When it is given up: with the code, or a day after it was made for a code that never expires.
    expires_at       INTEGER NOT NULL,
    -- 0 queued, 1 sending, 2 accepted, 3 sent, 4 delivered, 5 undelivered, 6 expired, 7 failed,
    -- 8 unknown, 9 superseded; forward only
    state            INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),
    -- When it came into this state.
    changed_at       INTEGER NOT NULL,
    -- How often the providers were gone through, how often one was asked, and how many of these
    -- attempts nobody knows the outcome of.
    rounds           INTEGER NOT NULL DEFAULT 0,
    attempts         INTEGER NOT NULL DEFAULT 0,
    unknown_outcomes INTEGER NOT NULL DEFAULT 0,
    -- When the next attempt is due.
    due_at           INTEGER NOT NULL,
    -- The provider of the last attempt.
    provider         TEXT,
    -- The only provider that may send it; NULL leaves that to the routes.
    only_provider    TEXT,
    -- The message that an operator sent again with this one.
    resend_of        INTEGER,
    CHECK (state <= 1 OR code IS NULL)
) STRICT;

-- What waits, by when it is due.
CREATE INDEX messages_queued ON messages (channel, due_at) WHERE state = 0;
-- What is being sent; after a crash nobody knows whether it was.
CREATE INDEX messages_sending ON messages (id) WHERE state = 1;
CREATE INDEX messages_by_user ON messages (user, id);
-- What operators look for.
CREATE INDEX messages_in_trouble ON messages (state, id) WHERE state BETWEEN 5 AND 8;

-- Each time that a provider was asked to send a message.
CREATE TABLE attempts (
    message       INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    -- Counts from 1.
    number        INTEGER NOT NULL,
    provider      TEXT    NOT NULL,
    -- The name of the route that chose it; NULL if none did.
    route         TEXT,
    started_at    INTEGER NOT NULL,
    -- When the provider answered, and what: 1 OK, 2 invalid recipient, 3 rejected, 4 unsupported,
    -- 5 throttled, 6 unavailable, 7 outcome unknown, 8 unauthorized, 9 misconfigured, 10 internal.
    -- NULL while it is asked.
    ended_at      INTEGER,
    status        INTEGER CHECK (status BETWEEN 1 AND 10),
    -- The provider's id and code for it, and a reason for operators.
    provider_id   TEXT,
    provider_code TEXT,
    detail        TEXT,
    -- How many SMS it took, as the provider says or else by our count, and what it cost, such as
    -- "0.0079 USD", as far as the provider said so.
    segments      INTEGER,
    price         TEXT,
    -- Whether the provider made the code and checks it; else the code is ours.
    is_checked_by_provider INTEGER NOT NULL DEFAULT 0,
    -- Whether a receipt is still to come: the provider reports, and has not said the last word.
    awaits_receipt INTEGER NOT NULL DEFAULT 0,
    -- What the gateway reports: 1 accepted, 2 sent, 3 delivered, 4 undelivered, 5 expired; 3 to 5 are
    -- final. With the gateway's own code, and when it happened.
    receipt       INTEGER CHECK (receipt BETWEEN 1 AND 5),
    receipt_code  TEXT,
    receipt_at    INTEGER,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;

-- Receipts name an attempt as its provider does.
CREATE INDEX attempts_by_provider ON attempts (provider, provider_id) WHERE provider_id IS NOT NULL;
-- Attempts of which more news may come.
CREATE INDEX attempts_awaited ON attempts (message, provider) WHERE awaits_receipt = 1;

-- What gateways reported of attempts that are not written down as over yet; after some minutes it goes.
CREATE TABLE early_receipts (
    row         INTEGER PRIMARY KEY,
    provider    TEXT    NOT NULL,
    -- The provider's id of the attempt, then as in attempts.
    provider_id TEXT    NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
    code        TEXT,
    at          INTEGER NOT NULL,
    -- When it came.
    held_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX early_receipts_by_provider ON early_receipts (provider, provider_id);

-- Wrong codes over the last day by number, address or account, each a keyed hash; rows older than a day go.
CREATE TABLE wrong_codes (
    row      INTEGER PRIMARY KEY,
    number   BLOB    NOT NULL,
    tried_at INTEGER NOT NULL,
    -- Whether neither the user nor who may write it tried: strangers use up a part of the tries only.
    is_by_stranger INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX wrong_codes_by_number ON wrong_codes (number, tried_at);

-- Sends over the last day that the limits for one number and one user hold for; rows older than a day go.
CREATE TABLE sends (
    row     INTEGER PRIMARY KEY,
    -- A keyed hash of the number or of the user.
    subject BLOB    NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sends_by_subject ON sends (subject, sent_at);

-- How many codes were sent by SMS, in slots of time; slots of more than a day ago go.
CREATE TABLE send_counts (
    -- 1 in all, 2 organization, 3 country (slots of an hour), 4 beginning of the number (5 minutes),
    -- 5 country, with what came back (a minute)
    scope    INTEGER NOT NULL CHECK (scope BETWEEN 1 AND 5),
    -- The row of the organization, the country as ISO 3166-1 alpha-2 ("ZZ": none), a keyed hash in
    -- hexadecimal of the beginning of the number; empty for all.
    subject  TEXT    NOT NULL,
    -- When the slot begins, in seconds since 1970-01-01.
    slot     INTEGER NOT NULL,
    sent     INTEGER NOT NULL,
    -- How many of these codes were sent back, whenever that was.
    verified INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, subject, slot)
) STRICT, WITHOUT ROWID;

-- Finds those that are old, to be forgotten.
CREATE INDEX send_counts_by_slot ON send_counts (slot);

-- Countries that no code is sent to for a while.
CREATE TABLE country_stops (
    -- ISO 3166-1 alpha-2; "ZZ" for numbers of none.
    country    TEXT    PRIMARY KEY,
    until      INTEGER NOT NULL,
    began      INTEGER NOT NULL,
    -- The id of the user who made it; NULL if too few codes came back.
    stopped_by TEXT
) STRICT, WITHOUT ROWID;

-- How organizations, and the instance (org 0), word messages themselves: a row for each part of a text.
CREATE TABLE message_texts (
    -- The row in orgs; 0 is the instance.
    org      INTEGER NOT NULL,
    -- VerifyPhone, VerifyEmail, …
    type     TEXT    NOT NULL,
    language TEXT    NOT NULL,
    -- Title, PreHeader, Subject, Greeting, Text, ButtonText or Footer
    key      TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    -- Of the last event about it, in the history of the organization or the instance.
    sequence   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (org, type, language, key)
) STRICT, WITHOUT ROWID;

-- Ways to send e-mail.
CREATE TABLE email_providers (
    row            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    description    TEXT    NOT NULL,
    is_active      INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    -- 1 mail server, 2 HTTP endpoint
    kind           INTEGER NOT NULL CHECK (kind IN (1, 2)),
    -- Mail servers: who the e-mails come from, the server as host:port, the user name there.
    sender_address TEXT    NOT NULL DEFAULT '',
    sender_name    TEXT    NOT NULL DEFAULT '',
    reply_to       TEXT    NOT NULL DEFAULT '',
    tls            INTEGER NOT NULL DEFAULT 0 CHECK (tls IN (0, 1)),
    host           TEXT    NOT NULL DEFAULT '',
    user           TEXT    NOT NULL DEFAULT '',
    -- HTTP endpoints: the URL, with "***" for secrets in it; the whole is sealed with the key.
    endpoint       TEXT    NOT NULL DEFAULT '',
    -- The password or the signing key, sealed with the instance key and bound to the id.
    secret         BLOB    NOT NULL,
    sequence       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL
) STRICT;

-- One at most is in use.
CREATE UNIQUE INDEX email_providers_active ON email_providers (is_active) WHERE is_active = 1;

-- Ways to send SMS that the administration API keeps; the plugins of the configuration are not here.
CREATE TABLE sms_providers (
    row                INTEGER PRIMARY KEY,
    id                 TEXT    NOT NULL UNIQUE,
    description        TEXT    NOT NULL,
    is_active          INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    -- 1 Twilio account, 2 HTTP endpoint
    kind               INTEGER NOT NULL CHECK (kind IN (1, 2)),
    -- Twilio accounts: the account, who the SMS come from, the Verify service if that makes the codes.
    sid                TEXT    NOT NULL DEFAULT '',
    sender_number      TEXT    NOT NULL DEFAULT '',
    verify_service_sid TEXT    NOT NULL DEFAULT '',
    -- HTTP endpoints: the URL, with "***" for secrets in it; the whole is sealed with the key.
    endpoint           TEXT    NOT NULL DEFAULT '',
    -- The token or the signing key, sealed with the instance key and bound to the id.
    secret             BLOB    NOT NULL,
    sequence           INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    changed_at         INTEGER NOT NULL
) STRICT;

-- One at most is in use.
CREATE UNIQUE INDEX sms_providers_active ON sms_providers (is_active) WHERE is_active = 1;

-- Providers of any plugin that the API keeps: what the configuration's entries are there.
CREATE TABLE plugin_providers (
    row          INTEGER PRIMARY KEY,
    -- The name among the providers.
    id           TEXT    NOT NULL UNIQUE,
    description  TEXT    NOT NULL,
    -- Any number are in use, tried in the order in which they were added.
    is_active    INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
    plugin       TEXT    NOT NULL,
    -- The SHA-256 that the plugin's file must have, in hexadecimal; NULL is any.
    sha256       TEXT,
    -- The most bytes of private memory that its process may use; NULL is any number.
    memory_limit INTEGER,
    -- The settings, a JSON object, sealed with the instance key and bound to the name.
    secret       BLOB    NOT NULL,
    sequence     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;

-- How codes and secrets are made, where that was changed; the rest is as configured.
CREATE TABLE secret_generators (
    -- As the API numbers the types: 1 initialization, 2 e-mail, 3 phone, 4 password reset, …
    type          INTEGER PRIMARY KEY CHECK (type BETWEEN 1 AND 8),
    length        INTEGER NOT NULL,
    -- Microseconds; 0 is for ever.
    expiry        INTEGER NOT NULL,
    lower_letters INTEGER NOT NULL CHECK (lower_letters IN (0, 1)),
    upper_letters INTEGER NOT NULL CHECK (upper_letters IN (0, 1)),
    digits        INTEGER NOT NULL CHECK (digits IN (0, 1)),
    symbols       INTEGER NOT NULL CHECK (symbols IN (0, 1)),
    sequence      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;
