/* The unit test of {{name}}: a host that plays a gateway's answers. Run it with `make test`. */
#include "{{name}}.c"

static uint32_t status; /* the next answer */
static const char *answer_body;
static char asked[1024]; /* the last request's body */

static void log_line(const belfry_host *host, int32_t level, belfry_str line) {
    (void)host;
    printf("log %d: %.*s\n", (int)level, (int)line.len, line.ptr);
}

static int64_t now(const belfry_host *host) {
    (void)host;
    return 1700000000000;
}

static void http(const belfry_host *host, const belfry_http_request *request,
                 belfry_http_response *response) {
    (void)host;
    snprintf(asked, sizeof asked, "%.*s", (int)request->body.len, request->body.ptr);
    response->status = status;
    response->may_have_left = 1;
    response->body_len = strlen(answer_body);
    memcpy(response->body, answer_body, response->body_len);
}

static int failures;

static void expect(int holds, const char *what) {
    printf("%s: %s\n", holds ? "ok" : "FAILED", what);
    failures += !holds;
}

static belfry_result sent(void *self, uint32_t answered, const char *body) {
    belfry_message message;
    belfry_result result;
    memset(&message, 0, sizeof message);
    memset(&result, 0, sizeof result);
    message.message_id = belfry_text("m1");
    message.to = belfry_text("+447700900123");
    message.text = belfry_text("Your code is \"1\"\n");
    message.timeout_ms = 1000;
    status = answered;
    answer_body = body;
    send_sms(self, &message, &result);
    return result;
}

int main(void) {
    const belfry_host host = {
        BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_host), NULL,
        log_line, now, http};
    belfry_result result;
    void *self;
    memset(&result, 0, sizeof result);
    self = create(&host, belfry_text("{\"endpoint\": \"https://sms.test/\", \"api_key\": \"key\","
                                     " \"sender\": \"M\\u00fcller \\ud83d\\udd14\"}"), &result);
    expect(self != NULL, "an instance is created");
    if (self == NULL) return 1;

    result = sent(self, 201, "{\"cost\": {\"parts\": [1, \"}\"]}, \"id\": \"g-1\"}");
    expect(result.status == BELFRY_OK, "a 201 is OK");
    expect(strcmp(result.provider_id, "g-1") == 0, "the gateway's id is read");
    expect(strcmp(asked, "{\"to\":\"+447700900123\",\"from\":\"M\xc3\xbcller \xf0\x9f\x94\x94\","
                         "\"text\":\"Your code is \\\"1\\\"\\u000a\",\"reference\":\"m1\"}") == 0,
           "the message is posted as JSON");
    expect(sent(self, 200, "{\"id\": ").status == BELFRY_OK, "an answer that is cut is no fault");
    expect(sent(self, 401, "").status == BELFRY_UNAUTHORIZED, "a 401 is UNAUTHORIZED");
    expect(sent(self, 422, "").status == BELFRY_INVALID_RECIPIENT, "a 422 is INVALID_RECIPIENT");
    expect(sent(self, 429, "").status == BELFRY_THROTTLED, "a 429 is THROTTLED");
    expect(sent(self, 503, "").status == BELFRY_UNAVAILABLE, "a 503 is UNAVAILABLE");
    expect(sent(self, 0, "").status == BELFRY_OUTCOME_UNKNOWN, "no answer is OUTCOME_UNKNOWN");
    destroy(self);
    return failures != 0;
}
