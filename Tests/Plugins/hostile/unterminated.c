static const char *endless(void);
#define NAME endless()
#include "hostile.h"

/* 300 bytes without an end. */
static const char *endless(void) {
    static char text[301];
    memset(text, 'x', 300);
    return text;
}
