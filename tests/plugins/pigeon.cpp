// A provider in C++, made of the header alone: posts each message as a form to the gateway that the
// configuration names. Objects free what they hold, and no exception leaves a function.
#include <cctype>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "belfry_plugin.h"

namespace {

std::string text(belfry_str view) { return view.len > 0 ? std::string(view.ptr, view.len) : std::string(); }

belfry_str view(const std::string &text) { return {text.data(), text.size()}; }

std::string encoded(const std::string &text) {
    std::string form;
    char escape[4];
    for (unsigned char byte : text) {
        if (std::isalnum(byte) != 0) {
            form += static_cast<char>(byte);
        } else {
            std::snprintf(escape, sizeof escape, "%%%02X", byte);
            form += escape;
        }
    }
    return form;
}

class Pigeon {
public:
    // There is one setting, and the schema admits only plain URLs: the one text after the key is it,
    // and no escape can be in it.
    Pigeon(const belfry_host *host, const std::string &config) : host(host) {
        const std::size_t key = config.find("\"endpoint\"");
        const std::size_t begin = key == std::string::npos ? key : config.find('"', key + 10);
        if (begin == std::string::npos) throw std::invalid_argument("no endpoint");
        endpoint = config.substr(begin + 1, config.find('"', begin + 1) - begin - 1);
    }

    void send(const belfry_message &message, belfry_result &result) const {
        const std::string body = "to=" + encoded(text(message.to)) + "&text=" + encoded(text(message.text)) +
                                 "&id=" + encoded(text(message.message_id));
        const belfry_header header = {belfry_text("Content-Type"),
                                      belfry_text("application/x-www-form-urlencoded")};
        std::string answer(256, '\0');
        belfry_http_request request = {};
        request.struct_size = sizeof request;
        request.timeout_ms = message.timeout_ms;
        request.method = belfry_text("POST");
        request.url = view(endpoint);
        request.headers = &header;
        request.header_count = 1;
        request.body = view(body);
        belfry_http_response response = {};
        response.struct_size = sizeof response;
        response.body = &answer[0];
        response.body_capacity = answer.size();
        host->http(host, &request, &response);

        if (response.status == 0) {
            result.status = response.may_have_left != 0 ? BELFRY_OUTCOME_UNKNOWN : BELFRY_UNAVAILABLE;
            BELFRY_PUT(result.detail, response.error);
        } else if (response.status / 100 == 2) {
            result.status = BELFRY_OK;
            belfry_put(result.provider_id, sizeof result.provider_id, {answer.data(), response.body_len});
        } else {
            result.status = response.status >= 500 ? BELFRY_UNAVAILABLE : BELFRY_MISCONFIGURED;
            BELFRY_PUT(result.provider_code, std::to_string(response.status).c_str());
        }
    }

private:
    const belfry_host *host;
    std::string endpoint;
};

void failed(belfry_result *result, int32_t status, const std::exception &fault) {
    result->status = status;
    BELFRY_PUT(result->detail, fault.what());
}

const char *describe() {
    return R"({"id": "pigeon", "name": "Pigeon in C++", "version": "1.0", "max_concurrency": 16,
        "http_hosts": ["{endpoint}"], "idempotent_send": true,
        "config_schema": {"type": "object", "required": ["endpoint"], "properties": {
            "endpoint": {"type": "string", "pattern": "^https?://[a-z0-9.:/-]+$", "maxLength": 200}}}})";
}

void *create(const belfry_host *host, belfry_str config_json, belfry_result *result) {
    try {
        return new Pigeon(host, text(config_json));
    } catch (const std::exception &fault) {
        failed(result, BELFRY_MISCONFIGURED, fault);
        return nullptr;
    }
}

void destroy(void *self) { delete static_cast<Pigeon *>(self); }

void send(void *self, const belfry_message *message, belfry_result *result) {
    try {
        static_cast<Pigeon *>(self)->send(*message, *result);
    } catch (const std::exception &fault) {
        failed(result, BELFRY_INTERNAL, fault);
    }
}

const belfry_plugin table = {
    BELFRY_MAGIC, BELFRY_ABI_MAJOR, BELFRY_ABI_MINOR, sizeof(belfry_plugin),
    describe,     create,           destroy,          nullptr,
    send,         nullptr,          nullptr,          nullptr,
    nullptr,      nullptr};

} // namespace

const belfry_plugin *belfry_plugin_main(uint32_t host_abi_major) {
    return host_abi_major == BELFRY_ABI_MAJOR ? &table : nullptr;
}
