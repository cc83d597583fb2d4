/* steady.c - adds from two threads at full speed until it is ended. libtel's
 * own thread rotates. */
#include <pthread.h>
#include <tel.h>

#include "tally.h"

static char names[NAMES][16];

static void *add(void *by_handle) {
    tally_entry *tally = tally_new();
    tel_counter *handles[NAMES];
    for (unsigned name = 0; name < NAMES; name++) handles[name] = tel_counter_named(names[name]);
    for (unsigned name = 0;; name = (name + 1) % NAMES) {
        tally_begin(tally, name, 1);
        if (by_handle) tel_add(handles[name], 1); else tel_counter_inc(names[name]);
        tally_end(tally, name, 1);
    }
    return NULL;
}

int main(void) {
    for (unsigned name = 0; name < NAMES; name++) snprintf(names[name], sizeof names[name], "torture/n%u", name);
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/soak";
    config.flags = TEL_ROTATE;
    if (tel_open(&config) != TEL_OK) return 1;
    pthread_t thread;
    if (pthread_create(&thread, NULL, add, "") != 0) return 1;
    add(NULL);
    return 0;
}
