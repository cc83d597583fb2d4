/* Mistakes on purpose: a sanitizer that is on ends each of these. */
#include <pthread.h>

#include "check.h"

/* Each access is made: of a loop that became one, a sanitizer may miss it. */
static volatile int plain;
static void *racer(void *unused) {
    (void)unused;
    for (int n = 0; n < 100000; n++) plain++;
    return NULL;
}

static void *cell_racer(void *counter) {
    /* A plain add where libtel adds atomically. */
    for (int n = 0; n < 100000; n++) ++**(volatile uint64_t **)counter;
    return NULL;
}

int main(int argc, char **arguments) {
    CHECK(argc == 2);
    const char *what = arguments[1];
    if (strcmp(what, "overflow") == 0) {
        volatile char *bytes = malloc(10);
        bytes[argc + 8] = 1;
    } else if (strcmp(what, "overflow-in-libtel") == 0) {
        /* libtel reads as many bytes as it is told. */
        char *name = malloc(8);
        memset(name, 'x', 8);
        (void)tel_counter_named_bytes(name, 9);
    } else if (strcmp(what, "undefined") == 0) {
        volatile int most = INT32_MAX;
        most += argc;
    } else if (strcmp(what, "undefined-in-libtel") == 0) {
        /* libtel calls what is no logger. */
        tel_set_logger((tel_log_fn)(void *)racer, NULL);
        tel_counter_inc("bad name");
    } else if (strcmp(what, "race") == 0 || strcmp(what, "race-in-libtel") == 0) {
        pthread_t one;
        tel_counter *counter = tel_counter_named("canary");
        int in_libtel = what[4] != 0;
        CHECK(pthread_create(&one, NULL, in_libtel ? cell_racer : racer, counter) == 0);
        for (int n = 0; n < 100000; n++) in_libtel ? tel_add(counter, 1) : (void)plain++;
        pthread_join(one, NULL);
    } else if (strcmp(what, "nothing") != 0) {
        return 2;
    }
    return 0;
}
