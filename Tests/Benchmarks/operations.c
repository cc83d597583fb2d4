/* operations.c - does one thing so many times: operations CASE COUNT DIRECTORY,
 * or operations report COUNT DIRECTORY COUNTERS.
 * Two runs of different counts differ by what the thing itself takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel.h>

static int64_t seconds = 1795428000; /* 2026-11-23, 10 o'clock */
static int64_t now(void) { return seconds; }

static void open_in(const char *directory) {
    tel_config config = TEL_INIT(tel_config);
    config.directory = directory;
    config.program = "example.com/operations";
    config.version = "v1";
    config.toolchain = "gcc12.2";
    config.flags = TEL_NO_REPORT;
    config.max_names = 100000;
    config.now = now;
    if (tel_open(&config) == TEL_OK) return;
    fprintf(stderr, "%s\n", tel_error_message());
    exit(1);
}

/* 24 bytes, the length of gopls/completion/latency. */
static const char *name_of(long number) {
    static char name[32];
    snprintf(name, sizeof name, "operations/counter%06ld", number % 1000000);
    return name;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) return 2;
    const char *what = argv[1];
    long count = atol(argv[2]);
    if (strcmp(what, "report") == 0) { /* `count` files of 100 counters each, or so many, of the week before */
        long counters = argc == 5 ? atol(argv[4]) : 100;
        for (long file = 0; file < count; file++) {
            char program[40];
            snprintf(program, sizeof program, "example.com/program%ld", file);
            tel_config config = TEL_INIT(tel_config);
            config.directory = argv[3];
            config.program = program;
            config.version = "v1";
            config.toolchain = "gcc12.2";
            config.flags = TEL_NO_REPORT;
            config.now = now;
            if (tel_open(&config) != TEL_OK) return 1;
            for (long number = 0; number < counters; number++) tel_counter_inc(name_of(number));
            tel_close();
        }
        return 0;
    }
    if (strcmp(what, "flush") == 0) {
        seconds += 14 * 86400;
        open_in(argv[3]);
        if (count > 0 && tel_flush_report(0) != TEL_OK) return 1;
        return 0;
    }
    open_in(argv[3]);
    if (strcmp(what, "handle") == 0) {
        tel_counter *counter = tel_counter_named(name_of(0));
        for (long at = 0; at < count; at++) tel_add(counter, 1);
    } else if (strcmp(what, "name") == 0 || strcmp(what, "name-of-5000") == 0) {
        long names = strcmp(what, "name") == 0 ? 100 : 5000;
        char(*list)[32] = malloc(sizeof *list * (size_t)names);
        for (long at = 0; at < names; at++) tel_counter_inc(strcpy(list[at], name_of(at)));
        for (long at = 0; at < count; at++) tel_counter_inc(list[at * 7919 % names]);
        free(list);
    } else if (strcmp(what, "histogram") == 0) {
        tel_histogram *latency = NULL;
        if (tel_histogram_named(&latency, "operations/latency", TEL_UNIT_NANOSECONDS, NULL, 0) != TEL_OK) return 1;
        for (long at = 0; at < count; at++) tel_histogram_record(latency, (uint64_t)(at * 7919 % 2000) * 1000000);
    } else if (strcmp(what, "new-name") == 0) {
        char(*list)[32] = malloc(sizeof *list * 4000);
        for (long at = 0; at < 4000; at++) strcpy(list[at], name_of(at));
        for (long at = 0; at < count; at++) tel_counter_inc(list[at]);
        free(list);
    } else if (strcmp(what, "open") == 0) {
        for (long at = 0; at < count; at++) {
            tel_close();
            open_in(argv[3]);
        }
    } else if (strcmp(what, "rotate") == 0) {
        for (long at = 0; at < count; at++) {
            seconds += 7 * 86400;
            if (tel_rotate() != TEL_OK) return 1;
        }
    } else if (strcmp(what, "rotate-idle") == 0) {
        for (long at = 0; at < count; at++) tel_rotate();
    } else {
        return 2;
    }
    return 0;
}
