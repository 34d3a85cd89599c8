/*
 * The little JSON that a provider needs: the texts of an object, and writing an object of texts.
 *
 * Reading accepts what is valid and gives up on what is not; it never reads beyond its input.
 * Everything is static, so that the library exports nothing but its entry.
 */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "belfry_plugin.h"

/* ---- Writing ------------------------------------------------------------------------------- */

/* A JSON object that grows; `failed` is set when memory ran out. Free `text` at the end. */
typedef struct json_object {
    char *text;
    size_t length, capacity;
    int failed;
} json_object;

static void json_bytes(json_object *object, const char *bytes, size_t count) {
    if (object->length + count + 1 > object->capacity) {
        size_t capacity = 2 * (object->length + count + 1);
        char *larger = (char *)realloc(object->text, capacity);
        if (larger == NULL) {
            object->failed = 1;
            return;
        }
        object->text = larger;
        object->capacity = capacity;
    }
    memcpy(object->text + object->length, bytes, count);
    object->length += count;
    object->text[object->length] = '\0';
}

static void json_quoted(json_object *object, belfry_str text) {
    size_t i;
    json_bytes(object, "\"", 1);
    for (i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        char escape[8];
        if (byte == '"' || byte == '\\') {
            json_bytes(object, "\\", 1);
            json_bytes(object, text.ptr + i, 1);
        } else if (byte < 0x20) {
            json_bytes(object, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", byte));
        } else {
            json_bytes(object, text.ptr + i, 1);
        }
    }
    json_bytes(object, "\"", 1);
}

/* Adds a member; begin with an object that is all zero, and end it with json_end. */
static void json_add(json_object *object, const char *key, belfry_str value) {
    json_bytes(object, object->length == 0 ? "{" : ",", 1);
    json_quoted(object, belfry_text(key));
    json_bytes(object, ":", 1);
    json_quoted(object, value);
}

static void json_end(json_object *object) { json_bytes(object, "}", 1); }

/* ---- Reading ------------------------------------------------------------------------------- */

static const char *json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* Four hexadecimal digits, or -1. */
static long json_hex(const char *at, const char *end) {
    long value = 0;
    int i;
    if (end - at < 4) return -1;
    for (i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *found;
        char c = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] - 'A' + 'a') : at[i];
        found = c == '\0' ? NULL : strchr(digits, c);
        if (found == NULL) return -1;
        value = value * 16 + (found - digits);
    }
    return value;
}

static char *json_utf8(char *out, long c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | (c >> 6));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | (c >> 12));
        *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | (c >> 18));
        *out++ = (char)(0x80 | ((c >> 12) & 0x3F));
        *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* Reads the string at `at` into `out`, which has room for all that is left; what follows it, or NULL. */
static const char *json_string(const char *at, const char *end, char *out) {
    const char *simple = "\"\\/bfnrt", *plain = "\"\\/\b\f\n\r\t", *found;
    if (at >= end || *at != '"') return NULL;
    for (at++; at < end && *at != '"'; at++) {
        long c, low;
        if (*at != '\\') {
            *out++ = *at;
            continue;
        }
        if (++at >= end || *at == '\0') return NULL;
        found = strchr(simple, *at);
        if (found != NULL) {
            *out++ = plain[found - simple];
            continue;
        }
        c = *at == 'u' ? json_hex(at + 1, end) : -1;
        if (c <= 0) return NULL;
        at += 4;
        if (c >= 0xD800 && c < 0xDC00) {
            low = end - at > 6 && at[1] == '\\' && at[2] == 'u' ? json_hex(at + 3, end) : -1;
            if (low < 0xDC00 || low > 0xDFFF) return NULL;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        } else if (c >= 0xDC00 && c < 0xE000) {
            return NULL;
        }
        out = json_utf8(out, c);
    }
    *out = '\0';
    return at < end ? at + 1 : NULL;
}

/* Passes over any value; what follows it, or NULL. */
static const char *json_value(const char *at, const char *end, char *scratch) {
    int depth = 0;
    do {
        at = json_space(at, end);
        if (at >= end) return NULL;
        if (*at == '"') {
            at = json_string(at, end, scratch);
            if (at == NULL) return NULL;
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return at;
            depth--;
            at++;
        } else if (*at == ',' && depth == 0) {
            return at;
        } else {
            at++;
        }
        at = json_space(at, end);
    } while (depth > 0 || (at < end && *at != ',' && *at != '}'));
    return at;
}

/* The text of a member of an object, to be freed; NULL if there is none of that name, or no memory. */
static char *json_member(belfry_str object, const char *key) {
    const char *at = object.ptr, *end = object.ptr + object.len;
    char *text = object.len == 0 ? NULL : (char *)malloc(object.len + 1);
    if (text == NULL) return NULL;
    at = json_space(at, end);
    if (at < end && *at == '{') {
        do {
            int wanted;
            at = json_string(json_space(at + 1, end), end, text);
            if (at == NULL) break;
            wanted = strcmp(text, key) == 0;
            at = json_space(at, end);
            if (at >= end || *at != ':') break;
            at = json_space(at + 1, end);
            if (wanted) {
                if (json_string(at, end, text) != NULL) return text;
                break;
            }
            at = json_value(at, end, text);
        } while (at != NULL && at < end && *at == ',');
    }
    free(text);
    return NULL;
}

#endif
