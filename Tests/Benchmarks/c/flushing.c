/* flushing.c - tel_flush_report when there is nothing to do, in mode on:
 *     flushing TIMES DIRECTORY DESTINATION */
#include "timing.h"

LOOP flush(long times) {
    for (long at = 0; at < times; at++) {
        if (tel_flush_report(0) == TEL_OK) continue;
        fprintf(stderr, "%s\n", tel_error_message());
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    tel_config config = TEL_INIT(tel_config);
    config.directory = argv[2];
    config.vendor = "acme";
    config.destination = argv[3];
    config.program = "example.com/bench";
    config.version = "v1";
    if (tel_open(&config) != TEL_OK) {
        fprintf(stderr, "%s\n", tel_error_message());
        return 1;
    }
    flush(1); /* what is to be done once a day */
    in_turns(&(struct timed){"idle", flush}, 1, atol(argv[1]));
    return 0;
}
