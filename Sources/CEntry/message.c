#include "entry.h"

#include <string.h>

/* A thread's first use may allocate: only slow calls come here. */
static _Thread_local struct {
    char message[1024];
    char text[4200]; /* a path: PATH_MAX and a bit */
} texts;

size_t entry_shortened(const void *bytes, size_t count, size_t most) {
    if (count <= most) return count;
    while (most > 0 && (((const unsigned char *)bytes)[most] & 0xc0) == 0x80) most--;
    return most;
}

static void keep(char *room, size_t size, const void *bytes, size_t count) {
    count = entry_shortened(bytes, count, size - 1);
    memcpy(room, bytes, count);
    room[count] = 0;
}

void entry_set_message(const void *bytes, size_t count) { keep(texts.message, sizeof texts.message, bytes, count); }

const char *tel_error_message(void) { return texts.message; }

const char *entry_keep_text(const void *bytes, size_t count) {
    keep(texts.text, sizeof texts.text, bytes, count);
    return texts.text;
}
