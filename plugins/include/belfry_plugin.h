/*
 * belfry_plugin.h: the interface between Belfry and an SMS provider. Version 1.0.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A provider is one shared object that exports one function, belfry_plugin_main, which returns one
 * table of functions. This file is the whole manual; plugins/README.md is the guide, and
 * plugins/example-c/example.c is a complete provider. C99 and C++11.
 *
 * MEMORY
 *   In:  a belfry_str is valid UTF-8, is not NUL-terminated, and is borrowed until the call returns.
 *   Out: you write only into structures that the host owns and has zeroed. Their text fields are
 *        arrays inside the structure; fill them with BELFRY_PUT, which cuts what is too long.
 *   Nobody frees memory of the other side. The only pointers that you give away are `self`, your
 *   table and your description; the last two must stay valid for as long as the process lives.
 *
 * THREADS AND TIME
 *   Every call blocks and comes from a worker thread. Each function below has one of these tags:
 *     [once]   one thread, right after the library is loaded, before any instance exists
 *     [alone]  no other call on this instance is running
 *     [calls]  any worker thread, up to `max_concurrency` calls of one instance at the same time
 *   `timeout_ms` is the time that is left. Answer within it: a call that is 2 seconds late costs the
 *   process that runs it (or, in-process, its place among those calls until it returns). Host
 *   functions may be called from any thread while the instance lives, but not from describe.
 *   A plugin does not fork, exit, install signal handlers, change the directory, the environment or
 *   the locale, nor use the descriptors 0 to 2. No C++ exception may leave a function.
 *
 * VERSIONS
 *   The major version must be equal. Within a major version, fields and functions are only added at
 *   the end of a structure; `struct_size` says how far the other side's structure goes, so look at it
 *   before you use anything that is marked as newer than the version you were written for. Zero and
 *   NULL mean "as before". Values of an enumeration are only added.
 */
#ifndef BELFRY_PLUGIN_H
#define BELFRY_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BELFRY_MAGIC 0x59464C42u /* "BLFY" in memory on a little-endian machine */
#define BELFRY_ABI_MAJOR 1u
#define BELFRY_ABI_MINOR 0u

/* Text or bytes: UTF-8 unless said otherwise. `ptr` may be NULL when `len` is 0. */
typedef struct belfry_str {
    const char *ptr;
    size_t len;
} belfry_str;

/* ---- What a call answers ------------------------------------------------------------------- */

/* The decision about a message. The host zeroes the field: a status that is not set is INTERNAL. */
enum belfry_status {
    BELFRY_OK = 1,                /* the provider accepted it */
    BELFRY_INVALID_RECIPIENT = 2, /* this number cannot get SMS: never try again */
    BELFRY_REJECTED = 3,          /* blocked, opted out, fraud limit, content: never try again */
    BELFRY_UNSUPPORTED = 4,       /* not served by this provider: another one may */
    BELFRY_THROTTLED = 5,         /* too fast: again after `retry_after_ms` */
    BELFRY_UNAVAILABLE = 6,       /* surely not sent: server error, no name, connection refused */
    BELFRY_OUTCOME_UNKNOWN = 7,   /* the request left and no answer came: it may have been sent */
    BELFRY_UNAUTHORIZED = 8,      /* our credentials are wrong or revoked: stop using this provider */
    BELFRY_MISCONFIGURED = 9,     /* no credit, unknown sender, bad setting: stop using this provider */
    BELFRY_INTERNAL = 10          /* a fault of the plugin */
};

/* What verify_check found out; apart from the status, which says whether the question was answered. */
enum belfry_verdict {
    BELFRY_APPROVED = 1,
    BELFRY_WRONG_CODE = 2,
    BELFRY_PENDING = 3,
    BELFRY_EXPIRED = 4,
    BELFRY_EXHAUSTED = 5
};

typedef struct belfry_result {
    uint32_t struct_size;
    int32_t status;          /* enum belfry_status; always set it */
    uint32_t retry_after_ms; /* with THROTTLED; 0 means "I do not know" */
    uint32_t segments;       /* how many SMS it took; 0 means "I do not know" */
    int32_t verdict;         /* enum belfry_verdict; verify_check only */
    uint32_t http_status;    /* what to answer the caller; webhook only; 0 means 200 */
    char provider_id[128];   /* the provider's name for this message */
    char provider_code[64];  /* the provider's own error code, as it is documented there */
    char detail[320];        /* for the operator's log: never the text, a code or a key */
    char price[32];          /* what it costs, such as "0.0079 USD"; empty means "I do not know" */
} belfry_result;

/* ---- What a call is given ------------------------------------------------------------------ */

typedef struct belfry_message {
    uint32_t struct_size;
    uint32_t attempt;         /* 1 for the first try */
    uint32_t timeout_ms;      /* what is left for this call */
    uint32_t reserved;
    belfry_str message_id;    /* the same over all attempts: use it as the idempotency key */
    belfry_str to;            /* E.164, such as +41791234567 */
    belfry_str sender;        /* the sender that is wished; may be empty */
    belfry_str text;          /* the finished text; empty in verify_start */
    belfry_str locale;        /* BCP 47, such as de */
    belfry_str template_name; /* such as VerifyPhone */
    belfry_str metadata_json; /* a JSON object: contextInfo, templateData, args; the code is args.code */
    belfry_str receipt_url;   /* where the gateway may call your webhook: append a path and a query
                               * of your own; empty if the server has no public address */
    int64_t expires_at_unix_ms; /* after that the text is useless: tell the gateway, if it can be told */
} belfry_message;

typedef struct belfry_check {
    uint32_t struct_size;
    uint32_t timeout_ms;
    belfry_str message_id;
    belfry_str provider_id; /* what verify_start answered */
    belfry_str to;
    belfry_str code; /* what the user typed */
} belfry_check;

enum belfry_receipt_state {
    BELFRY_RECEIPT_ACCEPTED = 1,
    BELFRY_RECEIPT_SENT = 2,
    BELFRY_RECEIPT_DELIVERED = 3,
    BELFRY_RECEIPT_UNDELIVERED = 4,
    BELFRY_RECEIPT_EXPIRED = 5
};

typedef struct belfry_receipt {
    uint32_t struct_size;
    int32_t state;         /* enum belfry_receipt_state */
    int64_t at_unix_ms;    /* when it happened; 0 means "now" */
    char provider_id[128]; /* as in the result of send, or our message_id if the gateway echoes it */
    char provider_code[64];
} belfry_receipt;

/* A list of the host that you fill with belfry_add_receipt. */
typedef struct belfry_receipts {
    uint32_t struct_size;
    uint32_t item_size; /* distance between two receipts: the host's sizeof(belfry_receipt) */
    uint32_t capacity;
    uint32_t count;
    belfry_receipt *items;
} belfry_receipts;

typedef struct belfry_header {
    belfry_str name;
    belfry_str value;
} belfry_header;

/* A request that you make (host->http) or that the provider made to us (webhook). */
typedef struct belfry_http_request {
    uint32_t struct_size;
    uint32_t timeout_ms;
    belfry_str method;
    belfry_str url; /* webhook: as the provider sees it, with its query */
    const belfry_header *headers;
    size_t header_count;
    belfry_str body; /* bytes */
} belfry_http_request;

typedef struct belfry_http_response {
    uint32_t struct_size;
    uint32_t status;         /* 0: no answer, see `error` */
    uint32_t may_have_left;  /* with status 0: 1 if the request may have reached the server */
    uint32_t retry_after_ms; /* the Retry-After header; 0 without */
    char *body;              /* yours: set it and body_capacity before the call */
    size_t body_capacity;
    size_t body_len; /* what the host wrote; a longer body is cut */
    char content_type[128];
    char error[320];
} belfry_http_response;

/* ---- The host's table ---------------------------------------------------------------------- */

enum belfry_log_level {
    BELFRY_LOG_ERROR = 1,
    BELFRY_LOG_WARN = 2,
    BELFRY_LOG_INFO = 3,
    BELFRY_LOG_DEBUG = 4
};

typedef struct belfry_host belfry_host;
struct belfry_host {
    uint32_t magic;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t struct_size;
    void *context; /* the host's; leave it alone */

    /* One line for the server's log. The host adds the provider's name, cuts at 4 kB, limits the
     * rate, and masks the number and the code of the calls in progress: still, log neither. */
    void (*log)(const belfry_host *host, int32_t level, belfry_str line);

    /* Milliseconds since 1970-01-01T00:00:00Z. */
    int64_t (*now_unix_ms)(const belfry_host *host);

    /* One HTTP request with a deadline, blocking: no redirects, no proxy, and only to the `http_hosts`
     * of the description. Of an answer's body as much is kept as fits, 1 MB at most. A host may leave
     * it NULL: bring your own client then, or fail in create. */
    void (*http)(const belfry_host *host, const belfry_http_request *request,
                 belfry_http_response *response);
};

/* ---- The plugin's table -------------------------------------------------------------------- */

typedef struct belfry_plugin {
    uint32_t magic;       /* BELFRY_MAGIC */
    uint32_t abi_major;   /* BELFRY_ABI_MAJOR */
    uint32_t abi_minor;   /* BELFRY_ABI_MINOR */
    uint32_t struct_size; /* sizeof(belfry_plugin) */

    /* [once] Required. A NUL-terminated JSON object of at most 64 kB:
     *   id               letters, digits, '-', '_' and '.'; required
     *   name, vendor, version, homepage      text for people
     *   config_schema    a JSON Schema object; the host checks the configuration against it and
     *                    fills the defaults before create. Understood: type, properties, required,
     *                    additionalProperties, items, enum, pattern, minimum, maximum, minLength,
     *                    maxLength, default, title, description, "writeOnly": true for a secret and
     *                    "format": "path" for a path, which the host makes absolute. Keys that
     *                    `properties` does not name are refused unless additionalProperties is true.
     *   max_concurrency  calls of one instance at a time, 1 (default) to 64
     *   http_hosts       hosts that host->http may reach: "api.example.com" by HTTPS on port 443 and
     *                    never at a private address; "{endpoint}" is the scheme, host and port of the
     *                    URL that the operator wrote in the property `endpoint`, wherever that is
     *   idempotent_send  true if sending twice with one message_id sends one SMS */
    const char *(*describe)(void);

    /* [alone] Required. Builds an instance from the complete configuration, a JSON object. On
     * failure: NULL, and status and detail in `result`. UNAVAILABLE and THROTTLED are tried again
     * by the clock, anything else when something has changed. Connect lazily: a gateway that is down
     * is no reason to fail here. `host` stays valid until destroy returns. */
    void *(*create)(const belfry_host *host, belfry_str config_json, belfry_result *result);

    /* [alone] Required. The last call; joins every thread that the instance started. */
    void (*destroy)(void *self);

    /* [calls] Optional. Checks credentials and reachability; sends nothing. */
    void (*health)(void *self, uint32_t timeout_ms, belfry_result *result);

    /* [calls] Sends our text to one number. A provider has send, or the verify pair, or all three. */
    void (*send)(void *self, const belfry_message *message, belfry_result *result);

    /* [calls] For a provider that makes, sends and checks the code itself. It is asked before send.
     * UNSUPPORTED from verify_start means "not with this configuration": then send is called. Check
     * answers OK with a verdict, or a status that says why the question could not be answered. */
    void (*verify_start)(void *self, const belfry_message *message, belfry_result *result);
    void (*verify_check)(void *self, const belfry_check *check, belfry_result *result);

    /* [calls] Optional. Asks for the state of up to 50 messages, by their provider_id. Leave out what
     * has no news. Receipts that came to you by a connection of your own are handed out here too: the
     * host asks every few seconds, and a last time before destroy, for two seconds at most. */
    void (*poll)(void *self, const belfry_str *ids, size_t count, uint32_t timeout_ms,
                 belfry_receipts *receipts, belfry_result *result);

    /* [calls] Optional. The gateway called us: check its signature first (REJECTED if it is wrong:
     * the caller gets a 403), then read the receipts. A 2xx is answered with the body "OK". The
     * body has 64 kB at most. */
    void (*webhook)(void *self, const belfry_http_request *request, belfry_receipts *receipts,
                    belfry_result *result);

    /* [once] Optional. The door for later abilities; NULL for an id that you do not know. */
    const void *(*extension)(const char *id);
} belfry_plugin;

/* The one exported symbol. Pure and cheap; NULL for a major version that you do not know.
 * Define it as  BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major)  */
#define BELFRY_ENTRY "belfry_plugin_main"
#if defined(__GNUC__) || defined(__clang__)
#define BELFRY_EXPORT __attribute__((visibility("default")))
#else
#define BELFRY_EXPORT
#endif
BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major);

/* ---- Conveniences -------------------------------------------------------------------------- */

/* A view of NUL-terminated text. */
static inline belfry_str belfry_text(const char *text) {
    belfry_str view;
    view.ptr = text;
    view.len = 0;
    while (text != NULL && text[view.len] != '\0') view.len++;
    return view;
}

/* Copies text into a field of `size` bytes, always ends it with NUL, and never cuts a character. */
static inline void belfry_put(char *field, size_t size, belfry_str text) {
    size_t i, n = text.len;
    if (size == 0) return;
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text.ptr[n] & 0xC0u) == 0x80u) n--;
    }
    for (i = 0; i < n; i++) field[i] = text.ptr[i];
    field[n] = '\0';
}

/* BELFRY_PUT(result->detail, "no route"): the field must be an array of the structure itself. */
#define BELFRY_PUT(field, text) belfry_put((field), sizeof(field), belfry_text(text))

/* The next free receipt, zeroed, or NULL when the list is full. */
static inline belfry_receipt *belfry_add_receipt(belfry_receipts *list) {
    char *at;
    if (list->count >= list->capacity) return NULL;
    at = (char *)(void *)list->items + (size_t)list->item_size * list->count;
    list->count++;
    return (belfry_receipt *)(void *)at;
}

#ifdef __cplusplus
}
#endif

#endif
