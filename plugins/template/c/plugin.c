/*
 * Belfry SMS provider {{name}}: posts each message to a gateway's HTTP API.
 *
 * The API is that of gateway.py, which stands in for a real gateway. Put in what yours wants:
 * send_sms makes the request, decide reads the answer, describe says what is configured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "belfry_plugin.h"
#include "json.h"

/* One configured provider. Nothing in it changes after create, so calls need no lock. */
typedef struct gateway {
    const belfry_host *host;
    char *endpoint;
    char *authorization; /* "Bearer " and the key */
    char *sender;
} gateway;

/* "{endpoint}" is the host of the URL that the operator writes as `endpoint`, and no other. */
static const char *describe(void) {
    return "{\"id\": \"{{name}}\", \"name\": \"{{title}}\", \"version\": \"0.1.0\","
           " \"max_concurrency\": 8, \"http_hosts\": [\"{endpoint}\"], \"idempotent_send\": true,"
           " \"config_schema\": {\"type\": \"object\", \"required\": [\"endpoint\", \"api_key\"],"
           "  \"properties\": {"
           "   \"endpoint\": {\"type\": \"string\", \"pattern\": \"^https?://[^\\\\s]+$\","
           "    \"maxLength\": 2048, \"title\": \"Endpoint\","
           "    \"description\": \"Where messages are posted to\"},"
           "   \"api_key\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 500,"
           "    \"writeOnly\": true, \"title\": \"API key\","
           "    \"description\": \"As the gateway's console shows it\"},"
           "   \"sender\": {\"type\": \"string\", \"maxLength\": 16, \"default\": \"Belfry\","
           "    \"title\": \"Sender\","
           "    \"description\": \"For messages that wish no sender of their own\"}}}}";
}

static void destroy(void *instance) {
    gateway *self = instance;
    free(self->endpoint);
    free(self->authorization);
    free(self->sender);
    free(self);
}

/* The configuration is checked against the schema and complete. */
static void *create(const belfry_host *host, belfry_str config_json, belfry_result *result) {
    gateway *self;
    char *key;
    if (host->http == NULL) {
        result->status = BELFRY_MISCONFIGURED;
        BELFRY_PUT(result->detail, "this host makes no HTTP requests");
        return NULL;
    }
    self = calloc(1, sizeof *self);
    key = json_member(config_json, "api_key");
    if (self != NULL && key != NULL) {
        self->host = host;
        self->endpoint = json_member(config_json, "endpoint");
        self->sender = json_member(config_json, "sender");
        self->authorization = malloc(strlen(key) + sizeof "Bearer ");
    }
    if (self == NULL || self->endpoint == NULL || self->sender == NULL ||
        self->authorization == NULL) {
        if (self != NULL) destroy(self);
        free(key);
        result->status = BELFRY_MISCONFIGURED;
        BELFRY_PUT(result->detail, "the configuration cannot be read");
        return NULL;
    }
    sprintf(self->authorization, "Bearer %s", key);
    free(key);
    return self;
}

/* What the gateway's answer means. Its words stay out of the log: they may quote the message. */
static void decide(const belfry_http_response *response, belfry_result *result) {
    struct {
        uint32_t first, last;
        int32_t status;
        const char *detail;
    } const answers[] = {
        {200, 299, BELFRY_OK, ""},
        {401, 401, BELFRY_UNAUTHORIZED, "the API key is refused"},
        {403, 403, BELFRY_UNAUTHORIZED, "the API key is refused"},
        {402, 402, BELFRY_MISCONFIGURED, "there is no credit"},
        {422, 422, BELFRY_INVALID_RECIPIENT, "not a mobile number"},
        {429, 429, BELFRY_THROTTLED, "too fast"},
        {500, 999, BELFRY_UNAVAILABLE, "the gateway has a fault"},
        {0, 999, BELFRY_MISCONFIGURED, "not the gateway's API"},
    };
    size_t i = 0;
    if (response->status == 0) { /* no answer: may it have been sent? */
        result->status = response->may_have_left ? BELFRY_OUTCOME_UNKNOWN : BELFRY_UNAVAILABLE;
        BELFRY_PUT(result->detail, response->error);
        return;
    }
    while (response->status < answers[i].first || response->status > answers[i].last) i++;
    result->status = answers[i].status;
    result->retry_after_ms = response->retry_after_ms;
    BELFRY_PUT(result->detail, answers[i].detail);
    snprintf(result->provider_code, sizeof result->provider_code, "%u", (unsigned)response->status);
}

static void send_sms(void *instance, const belfry_message *message, belfry_result *result) {
    gateway *self = instance;
    char answer[4096], *id;
    belfry_str body;
    belfry_header headers[2];
    belfry_http_request request;
    belfry_http_response response;
    json_object object;
    memset(&object, 0, sizeof object);
    memset(&request, 0, sizeof request);
    memset(&response, 0, sizeof response);

    json_add(&object, "to", message->to);
    json_add(&object, "from",
             message->sender.len > 0 ? message->sender : belfry_text(self->sender));
    json_add(&object, "text", message->text);
    json_add(&object, "reference", message->message_id); /* the same over all attempts */
    json_end(&object);
    if (object.failed) {
        free(object.text);
        result->status = BELFRY_UNAVAILABLE;
        BELFRY_PUT(result->detail, "out of memory");
        return;
    }
    headers[0].name = belfry_text("Content-Type");
    headers[0].value = belfry_text("application/json");
    headers[1].name = belfry_text("Authorization");
    headers[1].value = belfry_text(self->authorization);
    request.struct_size = sizeof request;
    request.timeout_ms = message->timeout_ms;
    request.method = belfry_text("POST");
    request.url = belfry_text(self->endpoint);
    request.headers = headers;
    request.header_count = 2;
    request.body.ptr = object.text;
    request.body.len = object.length;
    response.struct_size = sizeof response;
    response.body = answer;
    response.body_capacity = sizeof answer;
    self->host->http(self->host, &request, &response);
    free(object.text);

    decide(&response, result);
    if (result->status != BELFRY_OK) return;
    body.ptr = answer;
    body.len = response.body_len;
    id = json_member(body, "id"); /* the gateway's name for the message */
    if (id != NULL) BELFRY_PUT(result->provider_id, id);
    free(id);
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
