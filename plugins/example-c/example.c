/*
 * A provider for Belfry in C: accepts Swiss numbers, logs them, and sends nothing.
 *
 *   cc -std=c99 -Wall -Wextra -pedantic -O2 -shared -fPIC -fvisibility=hidden \
 *      -I../include -o example.so example.c
 *
 * Copy example.so into the server's plugins folder and configure plugin = "example".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "belfry_plugin.h"

/* One configured provider. max_concurrency is 1, so nothing here needs a lock. */
typedef struct gateway {
    const belfry_host *host;
    unsigned long accepted;
} gateway;

static const char *describe(void) {
    return "{\"id\": \"example-c\", \"name\": \"Example in C\", \"version\": \"1.0\","
           " \"config_schema\": {\"type\": \"object\"}, \"max_concurrency\": 1}";
}

static void *create(const belfry_host *host, belfry_str config_json, belfry_result *result) {
    gateway *self = calloc(1, sizeof *self);
    (void)config_json; /* the schema allows no keys, so there is nothing to read */
    if (self == NULL) {
        result->status = BELFRY_UNAVAILABLE;
        BELFRY_PUT(result->detail, "out of memory");
        return NULL;
    }
    self->host = host;
    return self;
}

static void destroy(void *instance) { free(instance); }

static void send_sms(void *instance, const belfry_message *message, belfry_result *result) {
    gateway *self = instance;
    char line[128];
    if (message->to.len < 3 || memcmp(message->to.ptr, "+41", 3) != 0) {
        result->status = BELFRY_UNSUPPORTED;
        BELFRY_PUT(result->detail, "only Swiss numbers");
        return;
    }
    snprintf(line, sizeof line, "accepted %.*s, %lu so far", (int)message->message_id.len,
             message->message_id.ptr, ++self->accepted);
    self->host->log(self->host, BELFRY_LOG_INFO, belfry_text(line));
    snprintf(result->provider_id, sizeof result->provider_id, "c-%lu", self->accepted);
    result->segments = 1;
    result->status = BELFRY_OK;
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy,
    NULL, /* health */
    send_sms,
    NULL, NULL, NULL, NULL, NULL /* verify_start, verify_check, poll, webhook, extension */
};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
