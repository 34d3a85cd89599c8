/* Plugins that look good and have one fault each, for `belfry plugin check`: see authors.rs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "belfry_plugin.h"

enum {
    CAREFUL, LEAKS, LEAKS_DESCRIPTORS, LEAKS_THREADS, LOGS_THE_CODE, TELLS_THE_KEY, PRINTS, BELIEVES_FORGERIES,
    LOST_ANSWER_IS_UNAVAILABLE, REFUSED_IS_UNKNOWN, ERROR_IS_OK, FORGETS_THE_DEADLINE, FOREIGN_HOST,
    NO_IDEMPOTENCY_KEY, ONE_AFTER_THE_OTHER, UNTYPED_SETTING, OPEN_SECRET, HEALTHY_WHEN_DOWN,
    INVENTS_RECEIPTS, APPROVES_ALL, CONNECTS_IN_CREATE, CRASHES_ON_EMOJI, HOST_WITH_SCHEME,
    REFUSES_SILENTLY, NAMELESS_VERIFICATION, NAMES_BY_THE_KEY, SHOUTS_THE_KEY
};

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static const char *describe(void) {
    static char json[2048];
    snprintf(json, sizeof json,
             "{\"id\": \"careless\", \"name\": \"Careless\", \"version\": \"1\","
             " \"max_concurrency\": 4, \"idempotent_send\": true, \"http_hosts\": [\"%s\"],"
             " \"config_schema\": {\"type\": \"object\", \"properties\": {"
             "  \"endpoint\": {\"type\": \"string\", \"pattern\": \"^https?://\","
             "   \"default\": \"http://127.0.0.1:9/sms\"},"
             "  \"name\": {%s\"maxLength\": 8, \"default\": \"Belfry\"},"
             "  \"api_key\": {\"type\": \"string\", \"maxLength\": 8%s}}}}",
             CASE == HOST_WITH_SCHEME ? "https://sms.example.com" : "{endpoint}",
             CASE == UNTYPED_SETTING ? "" : "\"type\": \"string\", ",
             CASE == OPEN_SECRET ? "" : ", \"writeOnly\": true");
    return json;
}

typedef struct careless {
    const belfry_host *host;
    char key[64];
} careless;

static uint32_t ask(const belfry_host *host, const char *url, belfry_str body, uint32_t timeout_ms,
                    uint32_t *may_have_left) {
    belfry_http_request request;
    belfry_http_response response;
    char answer[64];
    memset(&request, 0, sizeof request);
    memset(&response, 0, sizeof response);
    request.struct_size = sizeof request;
    request.timeout_ms = timeout_ms;
    request.method = belfry_text("POST");
    request.url = belfry_text(url);
    request.body = body;
    response.struct_size = sizeof response;
    response.body = answer;
    response.body_capacity = sizeof answer;
    host->http(host, &request, &response);
    *may_have_left = response.may_have_left;
    return response.status;
}

static void *wait_for_ever(void *nothing) {
    pause();
    return nothing;
}

static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    careless *self;
    uint32_t left;
    if (CASE == REFUSES_SILENTLY && strstr(config.ptr, "xxx") != NULL) {
        result->status = BELFRY_MISCONFIGURED;
        return NULL;
    }
    if (CASE == CONNECTS_IN_CREATE) ask(host, "http://127.0.0.1:9/login", belfry_text(""), 100, &left);
    if (CASE == LEAKS_DESCRIPTORS && dup(0) < 0) return NULL;
    if (CASE == LEAKS_THREADS) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) return NULL;
    }
    self = calloc(1, sizeof *self);
    self->host = host;
    if (CASE == LEAKS) memset(malloc(500), 1, 500);
    snprintf(self->key, sizeof self->key, "s3cr3t");
    return self;
}

static void destroy(void *self) { free(self); }

static void post(void *instance, const belfry_message *message, belfry_result *result) {
    careless *self = instance;
    const belfry_host *host = self->host;
    uint32_t left, status, timeout = CASE == FORGETS_THE_DEADLINE ? 2500 : message->timeout_ms;
    belfry_str body = CASE == NO_IDEMPOTENCY_KEY ? message->text : message->message_id;
    if (CASE == PRINTS) printf("sending\n"), fflush(stdout);
    if (CASE == LOGS_THE_CODE) host->log(host, BELFRY_LOG_INFO, message->text);
    if (CASE == CRASHES_ON_EMOJI && message->text.len > 0 && (unsigned char)message->text.ptr[0] > 0xEF) abort();
    if (CASE == ONE_AFTER_THE_OTHER) pthread_mutex_lock(&one);
    status = ask(host, CASE == FOREIGN_HOST ? "https://elsewhere.example.com/sms" : "http://127.0.0.1:9/sms",
                 body, timeout, &left);
    if (CASE == ONE_AFTER_THE_OTHER) pthread_mutex_unlock(&one);
    if (CASE == NAMES_BY_THE_KEY || CASE == SHOUTS_THE_KEY) BELFRY_PUT(result->provider_id, "of s3cr3t");
    if (CASE == SHOUTS_THE_KEY) {
        BELFRY_PUT(result->price, "s3cr3t CHF");
        printf("with s3cr3t\n"), fflush(stdout);
    }
    if (CASE == TELLS_THE_KEY) BELFRY_PUT(result->detail, "the key s3cr3t is refused");
    if (status == 0 && left) {
        result->status = CASE == LOST_ANSWER_IS_UNAVAILABLE ? BELFRY_UNAVAILABLE : BELFRY_OUTCOME_UNKNOWN;
    } else if (status == 0) {
        result->status = CASE == REFUSED_IS_UNKNOWN ? BELFRY_OUTCOME_UNKNOWN : BELFRY_UNAVAILABLE;
    } else if (status < 300 || CASE == ERROR_IS_OK) {
        result->status = BELFRY_OK;
        BELFRY_PUT(result->provider_id, "p-1");
    } else {
        result->status = BELFRY_UNAVAILABLE;
    }
}

static void verify_start(void *self, const belfry_message *message, belfry_result *result) {
    (void)self, (void)message;
    result->status = BELFRY_OK;
    if (CASE != NAMELESS_VERIFICATION) BELFRY_PUT(result->provider_id, "v-1");
}

static void verify_check(void *self, const belfry_check *check, belfry_result *result) {
    (void)self, (void)check;
    result->status = BELFRY_OK;
    result->verdict = CASE == APPROVES_ALL ? BELFRY_APPROVED : BELFRY_WRONG_CODE;
}

static void health(void *instance, uint32_t timeout_ms, belfry_result *result) {
    careless *self = instance;
    uint32_t left, status = ask(self->host, "http://127.0.0.1:9/health", belfry_text(""), timeout_ms, &left);
    result->status = status == 200 || CASE == HEALTHY_WHEN_DOWN ? BELFRY_OK : BELFRY_UNAVAILABLE;
}

static void poll_receipts(void *self, const belfry_str *ids, size_t count, uint32_t timeout_ms,
                          belfry_receipts *receipts, belfry_result *result) {
    (void)self, (void)timeout_ms;
    result->status = BELFRY_OK;
    if (CASE == INVENTS_RECEIPTS && count > 0) {
        belfry_receipt *receipt = belfry_add_receipt(receipts);
        receipt->state = BELFRY_RECEIPT_DELIVERED;
        belfry_put(receipt->provider_id, sizeof receipt->provider_id, ids[0]);
    }
}

static void webhook(void *self, const belfry_http_request *request, belfry_receipts *receipts,
                    belfry_result *result) {
    (void)self, (void)request;
    result->status = BELFRY_REJECTED;
    if (CASE == BELIEVES_FORGERIES) {
        belfry_receipt *receipt = belfry_add_receipt(receipts);
        result->status = BELFRY_OK;
        receipt->state = BELFRY_RECEIPT_DELIVERED;
        BELFRY_PUT(receipt->provider_id, "p-1");
    }
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy, health, post, verify_start, verify_check, poll_receipts, webhook, NULL};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
