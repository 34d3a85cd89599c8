/*
 * A provider that does with each message what a script says. Its configuration is
 *
 *   {"folder": "…", "number": "1", "script": "200 100 700 … c17 h4 l9"}
 *
 * with seven shares of 10,000 for the answers in the order of `share`, drawn by `chance` from the place
 * of the message (the last digits of its number), the provider and the attempt; then places at which it
 * crashes (c) or hangs (h) at the first two attempts, is slow (s), or later than its deadline (l). It
 * appends a line to a file for each call, each real sending and each answer, in one write, so that a
 * crash loses none:
 *
 *   <process> call|sent|sent-slowly|answer <place> <message id> <attempt> <status> <its own id, or ->
 *
 * Its gateway's calls have the header X-Seal: wax and a body of lines "<id> <state>".
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"

enum share { INVALID, REJECTED, UNSUPPORTED, THROTTLED, UNAVAILABLE, SENT_SILENTLY, LOST, SHARES };

static const int statuses[SHARES] = {
    BELFRY_INVALID_RECIPIENT, BELFRY_REJECTED,    BELFRY_UNSUPPORTED,     BELFRY_THROTTLED,
    BELFRY_UNAVAILABLE,       BELFRY_OUTCOME_UNKNOWN, BELFRY_OUTCOME_UNKNOWN,
};

typedef struct provider {
    int log;
    unsigned number;
    unsigned shares[SHARES];
    char script[1024];
} provider;

static volatile int *nowhere;

static const char *describe(void) {
    return "{\"id\": \"scripted\", \"version\": \"0\", \"max_concurrency\": 16, "
           "\"config_schema\": {\"required\": [\"folder\", \"number\", \"script\"], \"properties\": {"
           "\"folder\": {\"type\": \"string\", \"format\": \"path\"}, "
           "\"number\": {\"type\": \"string\"}, \"script\": {\"type\": \"string\"}}}}";
}

/* The text of a member; the values here have no escapes. */
static int member(belfry_str config, const char *name, char *value, size_t size) {
    char text[2048], key[32];
    const char *from, *to;
    snprintf(text, sizeof text, "%.*s", (int)config.len, config.ptr);
    snprintf(key, sizeof key, "\"%s\"", name);
    from = strstr(text, key);
    from = from == NULL ? NULL : strchr(from + strlen(key), '"');
    to = from == NULL ? NULL : strchr(from + 1, '"');
    if (to == NULL) return 0;
    snprintf(value, size, "%.*s", (int)(to - from - 1), from + 1);
    return 1;
}

static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    provider *self = calloc(1, sizeof *self);
    char folder[512], path[640], number[8];
    unsigned *s = self == NULL ? NULL : self->shares;
    (void)host;
    result->status = BELFRY_MISCONFIGURED;
    if (self == NULL || !member(config, "folder", folder, sizeof folder) ||
        !member(config, "number", number, sizeof number) ||
        !member(config, "script", self->script, sizeof self->script) ||
        sscanf(self->script, "%u %u %u %u %u %u %u", s, s + 1, s + 2, s + 3, s + 4, s + 5,
               s + 6) != SHARES) {
        free(self);
        return NULL;
    }
    self->number = (unsigned)atoi(number);
    snprintf(path, sizeof path, "%s/scripted-%s.log", folder, number);
    self->log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (self->log < 0) {
        free(self);
        return NULL;
    }
    return self;
}

static void destroy(void *instance) {
    provider *self = instance;
    close(self->log);
    free(self);
}

/* Uniform in 0 … 9,999, the same for the same arguments. */
static unsigned chance(unsigned place, unsigned provider, unsigned attempt, unsigned what) {
    uint64_t x = (((uint64_t)place * 64 + provider) * 64 + attempt) * 64 + what;
    x = (x + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return (unsigned)((x ^ (x >> 31)) % 10000);
}

static int is_at(const provider *self, char kind, unsigned place) {
    char word[16];
    const char *at;
    snprintf(word, sizeof word, " %c%u", kind, place);
    at = strstr(self->script, word);
    return at != NULL && (at[strlen(word)] == ' ' || at[strlen(word)] == '\0');
}

/* A call, as it is planned before anything is done. */
typedef struct plan {
    unsigned place;
    int status, is_sent;
    unsigned ms;
    char name[128];
} plan;

static plan plan_of(const provider *self, const belfry_message *message) {
    plan it = {0, BELFRY_OK, 1, 0, "-"};
    char digits[32];
    unsigned left, kind;
    int has_name = 1;
    snprintf(digits, sizeof digits, "%.*s", (int)message->to.len, message->to.ptr);
    it.place = (unsigned)strtoul(digits + strlen(digits) - 5, NULL, 10);
    left = chance(it.place, self->number, message->attempt, 0);
    it.ms = chance(it.place, self->number, message->attempt, 1) < 250 ? 200 : 1 + left % 4;
    for (kind = 0; kind < SHARES && left >= self->shares[kind]; kind++) left -= self->shares[kind];
    if (is_at(self, 's', it.place)) it.ms = 1500;
    if (is_at(self, 'l', it.place)) {
        it.ms = message->timeout_ms + 300;
    } else if (kind < SHARES) {
        it.status = statuses[kind];
        it.is_sent = kind == SENT_SILENTLY;
        /* Who does not know what became of a message may not know its name either. */
        if (it.status == BELFRY_OUTCOME_UNKNOWN)
            has_name = chance(it.place, self->number, message->attempt, 2) < 5000;
    }
    if (has_name && it.is_sent)
        snprintf(it.name, sizeof it.name, "p-%.*s-%u", (int)message->message_id.len,
                 message->message_id.ptr, message->attempt);
    return it;
}

static void note(provider *self, const char *what, const plan *it, const belfry_message *message) {
    char line[320];
    int length = snprintf(line, sizeof line, "%d %s %u %.*s %u %d %s\n", (int)getpid(), what,
                          it->place, (int)message->message_id.len, message->message_id.ptr,
                          message->attempt, it->status, it->name);
    /* Without its line the test could not judge: the crash is seen. */
    if (write(self->log, line, (size_t)length) != length) abort();
}

static void send_sms(void *instance, const belfry_message *message, belfry_result *result) {
    provider *self = instance;
    plan it = plan_of(self, message);
    note(self, "call", &it, message);
    if (message->attempt <= 2 && is_at(self, 'c', it.place)) *nowhere = 1;
    while (message->attempt <= 2 && is_at(self, 'h', it.place)) pause();
    if (it.is_sent) note(self, it.ms < 100 ? "sent" : "sent-slowly", &it, message);
    usleep(1000 * it.ms);
    result->status = it.status;
    if (it.status == BELFRY_THROTTLED) result->retry_after_ms = 5 + it.place % 40;
    if (strcmp(it.name, "-") != 0) BELFRY_PUT(result->provider_id, it.name);
    note(self, "answer", &it, message);
}

static int is(belfry_str text, const char *word) {
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static void webhook(void *instance, const belfry_http_request *request, belfry_receipts *receipts,
                    belfry_result *result) {
    size_t i;
    int is_sealed = 0;
    belfry_str left = request->body;
    (void)instance;
    for (i = 0; i < request->header_count; i++)
        is_sealed |= is(request->headers[i].name, "x-seal") && is(request->headers[i].value, "wax");
    if (!is_sealed) {
        result->status = BELFRY_REJECTED;
        BELFRY_PUT(result->detail, "the seal is broken");
        return;
    }
    while (left.len > 0) {
        const char *end = memchr(left.ptr, '\n', left.len);
        belfry_receipt *receipt;
        belfry_str id = left;
        id.len = end == NULL ? left.len : (size_t)(end - left.ptr);
        left.ptr += id.len + (end != NULL);
        left.len -= id.len + (end != NULL);
        if (id.len < 3 || (receipt = belfry_add_receipt(receipts)) == NULL) continue;
        receipt->state = id.ptr[id.len - 1] - '0';
        id.len -= 2;
        belfry_put(receipt->provider_id, sizeof receipt->provider_id, id);
    }
    result->status = BELFRY_OK;
    result->http_status = 202;
}

static const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe, create, destroy, NULL, send_sms, NULL, NULL, NULL, webhook, NULL
};

BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : NULL;
}
