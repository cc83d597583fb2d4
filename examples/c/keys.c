/* keys.c - count in a hot path, without a call.
 *
 *     cc -o keys keys.c $(pkg-config --cflags --libs tel)
 *     ./keys; tel dump
 *
 * An editor that types by itself and counts how many keys, never which ones:
 * editor/key, editor/key/line and editor/saved/bytes.
 */
#include <stdio.h>
#include <tel.h>
#include <tel/count.h>

/* The first run of each TEL_INC looks its counter up; the others add to it in a
 * few nanoseconds. */
static void key_pressed(int key) {
    TEL_INC("editor/key");
    if (key == '\n') TEL_INC("editor/key/line");
}

int main(void) {
    static const char typed[] = "Dear reader,\nthis is counted.\n";
    if (tel_open(NULL) != TEL_OK) fprintf(stderr, "keys: %s\n", tel_error_message());
    for (int i = 0; typed[i]; i++) key_pressed(typed[i]);
    TEL_ADD("editor/saved/bytes", sizeof typed - 1);
    fputs(typed, stdout);
    return 0;
}
