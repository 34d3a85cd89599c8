/*
 * A provider with every ability, each of them as the definitions say: VERIFIES (its code is GATE42),
 * POLLS (everything is delivered, unless the file `phone` says off), REPORTS (its gateway's calls have
 * the header X-Seal: wax and the body "<id> <state>"), HELD (it reads them when there is a file `go`),
 * SLOW (a send takes half a second). It names a message "p-" or "v-" and our id.
 * MARK is a word that it writes with each message. Its health is what the file `health` says.
 */
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"

#ifndef MARK
#define MARK "none"
#endif

typedef struct provider {
    char folder[512];
} provider;

static const char *describe(void) {
    return "{\"id\": \"gateway\", \"version\": \"" MARK "\", \"max_concurrency\": 8, "
           "\"config_schema\": " FOLDER_SCHEMA "}";
}

static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    provider *self = calloc(1, sizeof *self);
    (void)host;
    if (self == NULL || !folder_of(config, self->folder, sizeof self->folder)) {
        result->status = BELFRY_MISCONFIGURED;
        free(self);
        return NULL;
    }
    return self;
}

static void destroy(void *self) { free(self); }

static void health(void *instance, uint32_t timeout_ms, belfry_result *result) {
    provider *self = instance;
    char word[32];
    (void)timeout_ms;
    read_word(self->folder, "health", word);
    result->status = strcmp(word, "sick") == 0 ? BELFRY_UNAUTHORIZED : BELFRY_OK;
    BELFRY_PUT(result->detail, "the account is closed");
}

static void take(provider *self, const belfry_message *message, char kind, belfry_result *result) {
    char line[256];
    snprintf(line, sizeof line, "%c %.*s %.*s %s\n", kind, (int)message->message_id.len,
             message->message_id.ptr, (int)message->receipt_url.len, message->receipt_url.ptr, MARK);
    result->status = append(self->folder, "taken", line) ? BELFRY_OK : BELFRY_UNAVAILABLE;
    snprintf(result->provider_id, sizeof result->provider_id, "%c-%.*s", kind,
             (int)message->message_id.len, message->message_id.ptr);
#ifdef SLOW
    usleep(500 * 1000);
#endif
    result->segments = 2;
    BELFRY_PUT(result->price, "0.05 CHF");
}

static void send_sms(void *self, const belfry_message *message, belfry_result *result) {
    take(self, message, 'p', result);
}

static void verify_start(void *self, const belfry_message *message, belfry_result *result) {
    take(self, message, 'v', result);
    if (message->text.len != 0) result->status = BELFRY_INTERNAL;
}

static int is(belfry_str text, const char *word) {
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static void verify_check(void *self, const belfry_check *check, belfry_result *result) {
    char expected[128];
    (void)self;
    snprintf(expected, sizeof expected, "v-%.*s", (int)check->message_id.len,
             check->message_id.ptr);
    if (is(check->code, "BROKEN") || !is(check->provider_id, expected)) {
        result->status = BELFRY_UNAVAILABLE;
        return;
    }
    result->status = BELFRY_OK;
    result->verdict = is(check->code, "GATE42") ? BELFRY_APPROVED
                      : is(check->code, "LATE")  ? BELFRY_EXPIRED
                                                 : BELFRY_WRONG_CODE;
}

static void add(belfry_receipts *list, belfry_str id, int32_t state) {
    belfry_receipt *receipt = belfry_add_receipt(list);
    if (receipt == NULL) return;
    receipt->state = state;
    belfry_put(receipt->provider_id, sizeof receipt->provider_id, id);
    BELFRY_PUT(receipt->provider_code, "G7");
}

static void poll(void *self, const belfry_str *ids, size_t count, uint32_t timeout_ms,
                 belfry_receipts *receipts, belfry_result *result) {
    char word[32];
    size_t i;
    (void)timeout_ms;
    result->status = BELFRY_OK;
    read_word(((provider *)self)->folder, "phone", word);
    if (strcmp(word, "off") == 0) return;
    for (i = 0; i < count; i++) add(receipts, ids[i], BELFRY_RECEIPT_DELIVERED);
}

static void webhook(void *self, const belfry_http_request *request, belfry_receipts *receipts,
                    belfry_result *result) {
    size_t i;
    int is_sealed = 0;
    belfry_str id = request->body;
#ifdef HELD
    char word[32] = "";
    while (word[0] == '\0') {
        usleep(5 * 1000);
        read_word(((provider *)self)->folder, "go", word);
    }
#endif
    (void)self;
    for (i = 0; i < request->header_count; i++)
        is_sealed |= is(request->headers[i].name, "x-seal") && is(request->headers[i].value, "wax");
    if (!is_sealed || id.len < 3) {
        result->status = BELFRY_REJECTED;
        BELFRY_PUT(result->detail, "the seal is broken");
        return;
    }
    id.len -= 2;
    add(receipts, id, request->body.ptr[id.len + 1] - '0');
    result->status = BELFRY_OK;
    result->http_status = 202;
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy, health, send_sms,
#ifdef VERIFIES
    verify_start, verify_check,
#else
    NULL, NULL,
#endif
#ifdef POLLS
    poll,
#else
    NULL,
#endif
#ifdef REPORTS
    webhook,
#else
    NULL,
#endif
    NULL
};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    /* Which of them the table names depends on the definitions. */
    (void)verify_start;
    (void)verify_check;
    (void)poll;
    (void)webhook;
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
