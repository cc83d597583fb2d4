/* start.c - a program that starts and ends, with libtel or (WITHOUT) without.
 * With an argument it says how much memory it has resident, in bytes. */
#include <stdio.h>
#include <string.h>
#ifndef WITHOUT
#include <tel.h>
#endif

static long resident(void) {
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Rss: %ld", &kib) == 1) break;
    if (file) fclose(file);
    return kib * 1024;
}

int main(int argc, char **argv) {
    (void)argv;
#ifndef WITHOUT
    if (tel_open(NULL) != TEL_OK) return 1;
    tel_counter_inc("bench/start");
#endif
    if (argc > 1) printf("resident %ld\n", resident());
    return 0;
}
