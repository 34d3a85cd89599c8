/* Plugins that misbehave, one per value of CASE: see the names below and bad.rs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "belfry_plugin.h"

enum {
    GOOD, WRONG_MAGIC, WRONG_MAJOR, OTHER_MAJOR_ONLY, SHORT_TABLE, NO_DESCRIPTION, BAD_JSON,
    TOO_CONCURRENT, CANNOT_SEND, SLOW_START, CREATE_FAILS, CREATE_SILENT, CREATE_CRASHES,
    CREATE_HANGS, ABORT, SEGFAULT, EXIT, HANG, GARBAGE, NO_STATUS, NOISE, FLOOD, CLOSES_ALL,
    CRASH_ONCE, REPORT, LATE_ONCE, NEWER, UNAUTHORIZED_ONCE, GROWS, LEAKS, MANY, CREATE_UNAVAILABLE
};

/* How long a slow start takes. */
#ifdef BRIEFLY
#define SECONDS 1
#elif !defined SECONDS
#define SECONDS 30
#endif

#ifdef MISSING_FUNCTION
void belfry_test_no_such_function(void);
#endif

static int calls;
static volatile int *nowhere;

#ifdef EXITS_ON_LOAD
__attribute__((constructor)) static void leave(void) { exit(7); }
#endif

static const char *describe(void) {
    if (CASE == NO_DESCRIPTION) return NULL;
    if (CASE == BAD_JSON) return "{\"id\": ";
    if (CASE == TOO_CONCURRENT) return "{\"id\": \"bad\", \"max_concurrency\": 1000}";
    if (CASE == SLOW_START) sleep(SECONDS);
    if (CASE == HANG) return "{\"id\": \"bad\", \"max_concurrency\": 2}";
    if (CASE == LATE_ONCE) return "{\"id\": \"bad\", \"max_concurrency\": 8}";
    if (CASE == MANY) return "{\"id\": \"bad\", \"max_concurrency\": 64}";
    return "{\"id\": \"bad\", \"version\": \"0\", \"config_schema\": {\"properties\":"
           "{\"key\": {\"type\": \"string\", \"writeOnly\": true},"
           "\"file\": {\"type\": \"string\", \"format\": \"path\"}}}}";
}

static void *create(const belfry_host *host, belfry_str config, belfry_result *result) {
    if (CASE == CREATE_FAILS) {
        char text[320];
        snprintf(text, sizeof text, "bad key in %.*s", (int)config.len, config.ptr);
        result->status = BELFRY_MISCONFIGURED;
        BELFRY_PUT(result->detail, text);
        return NULL;
    }
    if (CASE == CREATE_UNAVAILABLE) {
        result->status = BELFRY_UNAVAILABLE;
        BELFRY_PUT(result->detail, "no network yet");
        return NULL;
    }
    if (CASE == CREATE_SILENT) return NULL;
    if (CASE == CREATE_CRASHES) *nowhere = 1;
    if (CASE == CREATE_HANGS) sleep(60);
    return (void *)host;
}

static void destroy(void *self) { (void)self; }

/* What the process looks like from inside. */
static void report(const belfry_host *host) {
    extern char **environ;
    struct rlimit core, files;
    char line[256], folder[128], input[128];
    ssize_t n = readlink("/proc/self/fd/0", input, sizeof input - 1);
    input[n > 0 ? n : 0] = '\0';
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_NOFILE, &files);
    snprintf(line, sizeof line, "env %d cwd %s stdin %s core %lu files %lu", environ[0] != NULL,
             getcwd(folder, sizeof folder), input, (unsigned long)core.rlim_cur,
             (unsigned long)files.rlim_cur);
    host->log(host, BELFRY_LOG_INFO, belfry_text(line));
}

static void send_sms(void *self, const belfry_message *message, belfry_result *result) {
    const belfry_host *host = self;
    int i, call = ++calls;
    result->status = BELFRY_OK;
    switch (CASE) {
    case ABORT: abort();
    case SEGFAULT: *nowhere = 1; break;
    case EXIT: exit(7);
    case HANG:
        host->log(host, BELFRY_LOG_INFO, belfry_text("hanging"));
        for (;;) pause();
    case LATE_ONCE: if (call <= 4) usleep(1500 * 1000); break;
    case CRASH_ONCE: if (message->attempt == 1) abort(); break;
    case UNAUTHORIZED_ONCE: if (call == 1) result->status = BELFRY_UNAUTHORIZED; break;
    case CLOSES_ALL: for (i = 3; i < 1024; i++) close(i); pause(); break;
    case NO_STATUS: result->status = 0; break;
    case GARBAGE:
        result->status = 77;
        memset(result->provider_id, 'A', sizeof result->provider_id);
        memset(result->provider_code, 0xff, sizeof result->provider_code);
        memset(result->detail, 7, sizeof result->detail);
        break;
    case NOISE:
        printf("noise for %.*s\n", (int)message->to.len, message->to.ptr);
        fflush(stdout);
        fprintf(stderr, "the text is %.*s\n", (int)message->text.len, message->text.ptr);
        break;
    case FLOOD:
        for (i = 0; i < 100000; i++) host->log(host, BELFRY_LOG_WARN, belfry_text("flood"));
        host->log(host, BELFRY_LOG_WARN, message->text);
        break;
    case REPORT:
        raise(SIGTERM);
        raise(SIGXFSZ);
        report(host);
        break;
    case GROWS: {
        char *memory = malloc(100 << 20);
        if (memory == NULL) result->status = BELFRY_UNAVAILABLE;
        else memset(memory, 1, 100 << 20);
        free(memory);
        break;
    }
    case LEAKS: {
        /* As Rust and C++ do when there is no more. */
        char *memory = malloc(16 << 20);
        if (memory == NULL) abort();
        memset(memory, 1, 16 << 20);
        break;
    }
    default:
        host->log(host, BELFRY_LOG_INFO, message->text);
        host->log(host, BELFRY_LOG_INFO, message->to);
    }
}

static struct {
    belfry_plugin table;
    char newer[64];
} table = {
    {
        CASE == WRONG_MAGIC ? 0x12345678u : BELFRY_MAGIC,
        CASE == WRONG_MAJOR ? 9u : BELFRY_ABI_MAJOR,
        CASE == NEWER ? 7u : BELFRY_ABI_MINOR,
        CASE == SHORT_TABLE ? 40u : CASE == NEWER ? sizeof table : sizeof(belfry_plugin),
        describe, create, destroy, NULL,
        CASE == CANNOT_SEND ? NULL : send_sms,
        NULL, NULL, NULL, NULL, NULL
    },
    {0}
};

#ifdef WRONG_SYMBOL
BELFRY_EXPORT const belfry_plugin *some_other_main(uint32_t host_abi_major);
BELFRY_EXPORT const belfry_plugin *some_other_main(uint32_t host_abi_major) {
#else
BELFRY_EXPORT const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
#endif
#ifdef MISSING_FUNCTION
    belfry_test_no_such_function();
#endif
    return host_abi_major == BELFRY_ABI_MAJOR && CASE != OTHER_MAJOR_ONLY ? &table.table : NULL;
}
