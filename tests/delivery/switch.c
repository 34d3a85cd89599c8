/*
 * A provider that does what one word in a file tells it, read anew at each send, so that a test breaks
 * and repairs it while the server runs: ok, unavailable, unauthorized, segfault or hang. With "ok" it
 * appends the message as one JSON line to another file; to a third it appends a line for each call.
 * Built with ALWAYS_CRASHES it crashes whatever the word is.
 */
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"

typedef struct provider {
    const belfry_host *host;
    char folder[512];
} provider;

static volatile int *nowhere;

static const char *describe(void) {
    return "{\"id\": \"switch\", \"version\": \"0\", \"config_schema\": " FOLDER_SCHEMA "}";
}

static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    provider *self = calloc(1, sizeof *self);
    if (self == NULL || !folder_of(config, self->folder, sizeof self->folder)) {
        result->status = BELFRY_MISCONFIGURED;
        free(self);
        return NULL;
    }
    self->host = host;
    return self;
}

static void destroy(void *self) { free(self); }

static void send_sms(void *instance, const belfry_message *message, belfry_result *result) {
    provider *self = instance;
    char word[32], line[1024];
    read_word(self->folder, "word", word);
    snprintf(line, sizeof line, "%lld %.*s\n", (long long)self->host->now_unix_ms(self->host),
             (int)message->message_id.len, message->message_id.ptr);
    append(self->folder, "calls", line);
#ifdef ALWAYS_CRASHES
    *nowhere = 1;
#endif
    if (strcmp(word, "segfault") == 0) *nowhere = 1;
    while (strcmp(word, "hang") == 0) pause();
    if (strcmp(word, "unauthorized") == 0) {
        result->status = BELFRY_UNAUTHORIZED;
        BELFRY_PUT(result->detail, "the key was revoked");
        return;
    }
    if (strcmp(word, "ok") != 0) {
        result->status = BELFRY_UNAVAILABLE;
        return;
    }
    snprintf(line, sizeof line, "{\"id\":\"%.*s\",\"to\":\"%.*s\",\"text\":\"%.*s\"}\n",
             (int)message->message_id.len, message->message_id.ptr, (int)message->to.len,
             message->to.ptr, (int)message->text.len, message->text.ptr);
    result->status =
        append(self->folder, "sms.jsonl", line) ? BELFRY_OK : BELFRY_UNAVAILABLE;
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy, NULL, send_sms, NULL, NULL, NULL, NULL, NULL
};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
