/* What libtel's own plugins share. Each is a shared library of its own and
 * knows libtel from tel/plugin.h alone, as anybody's would. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tel/plugin.h>

/* Tells why something failed, and answers the status to fail with. */
__attribute__((format(printf, 3, 4))) static inline tel_status
fail(const tel_answer *answer, tel_status status, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    answer->tell(answer->context, "problem", text);
    return status;
}

/* The value of a hexadecimal digit, negative for anything else. */
static inline int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/* Decodes %41 and the like into `to`, which has room for all and a NUL. False: a
 * percent sign without two digits behind it, or one that stands for NUL. */
static inline bool percent_decode(char *to, const char *from, size_t count) {
    for (size_t at = 0; at < count; at++) {
        char byte = from[at];
        if (byte == '%') {
            int high = at + 2 < count ? hex_value(from[at + 1]) : -1;
            int low = at + 2 < count ? hex_value(from[at + 2]) : -1;
            if (high < 0 || low < 0 || (high | low) == 0) return false;
            byte = (char)(high << 4 | low);
            at += 2;
        }
        *to++ = byte;
    }
    *to = 0;
    return true;
}

static inline long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
