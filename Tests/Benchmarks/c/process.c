/* process.c - one of several processes on one counter. Says "ready", waits for a
 * line, adds for so long, and prints how often it did:
 *     process handle|bare MILLISECONDS DIRECTORY */
#include "timing.h"

int main(int argc, char **argv) {
    char line[16];
    if (argc != 4) return 2;
    int bare = strcmp(argv[1], "bare") == 0;
    int64_t takes = atol(argv[2]) * INT64_C(1000000);
    open_in(argv[3]);
    tel_counter *counter = tel_counter_named("editor/hot");
    uint64_t *cell = cell_of(counter);
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return 1;
    long adds = 0;
    for (int64_t end = nanoseconds() + takes; nanoseconds() < end; adds += 1000) {
        for (int at = 0; bare && at < 1000; at++) bare_add(cell);
        for (int at = 0; !bare && at < 1000; at++) tel_add(counter, 1);
    }
    printf("adds %ld\n", adds);
    return 0;
}
