/*
 * A provider that does what one word in a file tells it, read anew at each send, so that a test breaks
 * and repairs it while the server runs: ok, unavailable, unauthorized, segfault or hang. With "ok" it
 * appends the message as one JSON line to another file; to a third it appends a line for each call.
 * Built with ALWAYS_CRASHES it crashes whatever the word is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "belfry_plugin.h"

typedef struct paths {
    const belfry_host *host;
    char word[512], sent[512], calls[512];
} paths;

static volatile int *nowhere;

static const char *describe(void) {
    return "{\"id\": \"switch\", \"version\": \"0\", \"config_schema\": {\"required\": [\"folder\"],"
           " \"properties\": {\"folder\": {\"type\": \"string\", \"format\": \"path\"}}}}";
}

/* The configuration has one member, so its value stands between the third and the fourth quote. */
static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    paths *self = calloc(1, sizeof *self);
    char text[512];
    const char *from, *to;
    snprintf(text, sizeof text, "%.*s", (int)config.len, config.ptr);
    from = strchr(text, ':');
    from = from == NULL ? NULL : strchr(from, '"');
    to = from == NULL ? NULL : strchr(from + 1, '"');
    if (self == NULL || to == NULL) {
        result->status = BELFRY_MISCONFIGURED;
        free(self);
        return NULL;
    }
    self->host = host;
    snprintf(self->word, sizeof self->word, "%.*s/word", (int)(to - from - 1), from + 1);
    snprintf(self->sent, sizeof self->sent, "%.*s/sms.jsonl", (int)(to - from - 1), from + 1);
    snprintf(self->calls, sizeof self->calls, "%.*s/calls", (int)(to - from - 1), from + 1);
    return self;
}

static void destroy(void *self) { free(self); }

static int append(const char *path, const char *line) {
    FILE *file = fopen(path, "a");
    if (file == NULL) return 0;
    fputs(line, file);
    return fclose(file) == 0;
}

static void send_sms(void *instance, const belfry_message *message, belfry_result *result) {
    paths *self = instance;
    char word[32] = "", line[1024];
    FILE *file = fopen(self->word, "r");
    if (file != NULL) {
        if (fscanf(file, "%31s", word) != 1) word[0] = '\0';
        fclose(file);
    }
    snprintf(line, sizeof line, "%lld %.*s\n", (long long)self->host->now_unix_ms(self->host),
             (int)message->message_id.len, message->message_id.ptr);
    append(self->calls, line);
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
    result->status = append(self->sent, line) ? BELFRY_OK : BELFRY_UNAVAILABLE;
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy, NULL, send_sms, NULL, NULL, NULL, NULL, NULL
};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
