/* A library that is no provider. It appends a line to the file MARK each time that it is loaded. */
#include <stdio.h>

__attribute__((constructor)) static void note(void) {
    FILE *file = fopen(MARK, "a");
    if (file == NULL) return;
    fputs("loaded\n", file);
    fclose(file);
}
