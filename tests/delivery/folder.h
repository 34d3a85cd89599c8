/* What the test providers share: the one member of their configuration, and lines in files. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdio.h>
#include <string.h>

#include "belfry_plugin.h"

#define FOLDER_SCHEMA                                     \
    "{\"required\": [\"folder\"], \"properties\": "       \
    "{\"folder\": {\"type\": \"string\", \"format\": \"path\"}}}"

/* The configuration has one member, so its value stands between the third and the fourth quote. */
static int folder_of(belfry_str config, char *folder, size_t size) {
    char text[512];
    const char *from, *to;
    snprintf(text, sizeof text, "%.*s", (int)config.len, config.ptr);
    from = strchr(text, ':');
    from = from == NULL ? NULL : strchr(from, '"');
    to = from == NULL ? NULL : strchr(from + 1, '"');
    if (to == NULL) return 0;
    snprintf(folder, size, "%.*s", (int)(to - from - 1), from + 1);
    return 1;
}

/* Appends a line to a file of the folder. */
static int append(const char *folder, const char *name, const char *line) {
    char path[640];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "a");
    if (file == NULL) return 0;
    fputs(line, file);
    return fclose(file) == 0;
}

/* The first word of a file of the folder; empty without one. */
static void read_word(const char *folder, const char *name, char word[32]) {
    char path[640];
    FILE *file;
    word[0] = '\0';
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "r");
    if (file == NULL) return;
    if (fscanf(file, "%31s", word) != 1) word[0] = '\0';
    fclose(file);
}

#endif
