/* What libtel takes of its host, however long it runs and whatever it counts. */
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "check.h"

static long mappings(void) {
    long lines = 0;
    char line[1024];
    FILE *file = fopen("/proc/self/maps", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) lines++;
    fclose(file);
    return lines;
}

static long resident_kilobytes(void) {
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &size, &resident) == 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int64_t seconds = 1795500000;
static int64_t now(void) { return seconds; }

static void open_and_close(void) {
    tel_counter *counter = tel_counter_named("bounded/handle");
    long before = 0;
    for (int n = 0; n < 400; n++) {
        check_open();
        tel_add(counter, 1);
        tel_close();
        if (n == 100) before = mappings();
    }
    CHECK(mappings() <= before + 2);
}

static void rotations(void) {
    tel_config config = check_config();
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter *counter = tel_counter_named("bounded/handle");
    long before = 0;
    for (int n = 0; n < 400; n++) {
        seconds += 7 * 86400;
        CHECK_STATUS(tel_rotate(), TEL_OK);
        tel_add(counter, 1);
        if (n == 100) before = mappings();
    }
    CHECK(mappings() <= before + 2);
}

/* Each stack is a counter of its own, with a name of up to 4096 bytes. */
static void stacks(void) {
    enum { STACKS = 20000 };
    static char function[3500];
    memset(function, 'f', sizeof function - 1);
    tel_config config = check_config();
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    long before = resident_kilobytes();
    for (int n = 0; n < STACKS; n++) {
        tel_frame frame = {"scope", function, n, 0, 0, 0};
        tel_stack_inc_frames("bounded/stack", &frame, 1);
    }
    uint64_t dropped = check_value("tel/dropped:full");
    CHECK(dropped > 0 && dropped <= STACKS);
    CHECK(resident_kilobytes() < before + 40 * 1024);
    /* And the next week's file has room again. */
    seconds += 8 * 86400;
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_counter_add("bounded/new", 3);
    CHECK(check_value("bounded/new") == 3);
}

/* Before there is a file, all is in memory. */
static void stacks_in_memory(void) {
    static char function[3500];
    memset(function, 'f', sizeof function - 1);
    long before = resident_kilobytes();
    for (int n = 0; n < 20000; n++) {
        tel_frame frame = {"scope", function, n, 0, 0, 0};
        tel_stack_inc_frames("bounded/stack", &frame, 1);
    }
    CHECK(resident_kilobytes() < before + 40 * 1024);
    check_open();
    CHECK(check_value("tel/dropped:full") > 0);
}

static double milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double make_names(int from, int to) {
    char name[600];
    memset(name, 'n', 500);
    double start = milliseconds();
    for (int n = from; n < to; n++) {
        sprintf(name + 500, "%d", n);
        tel_counter_inc(name);
    }
    return milliseconds() - start;
}

/* The cost of a name does not grow with the number of names. Long ones: the
 * file's room alone does not say how many there are. */
static void many_names(void) {
    tel_config config = check_config();
    config.max_names = 100000;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    double first = make_names(0, 10000);
    make_names(10000, 40000);
    double last = make_names(40000, 50000);
    CHECK(check_value("tel/dropped:full") == UINT64_MAX - 1);
    printf("%.0f ms, %.0f ms\n", first, last);
    CHECK(last < 8 * first + 50);
}

/* A handle that the file had no room for leads to the counter of drops. That
 * one's value is not this one's. */
static void refused(void) {
    tel_config config = check_config();
    config.max_names = 2;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter_inc("bounded/a");
    tel_counter_inc("bounded/b");
    tel_add(tel_counter_named("bounded/refused"), 7);
    CHECK(check_value("tel/dropped:full") == 7);
    uint64_t value = 42;
    CHECK_STATUS(tel_counter_read("bounded/refused", &value), TEL_E_NOT_FOUND);
    CHECK(value == 42);
}

/* A host changes its environment while another of its threads rotates. */
static volatile bool stop;
static void *rotating(void *unused) {
    (void)unused;
    while (!stop) tel_rotate();
    return NULL;
}

static void environment(void) {
    pthread_t thread;
    tel_config config = check_config();
    config.directory = NULL;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    CHECK(pthread_create(&thread, NULL, rotating, NULL) == 0);
    char name[32];
    for (int round = 0; round < 300; round++) {
        for (int n = 0; n < 100; n++) {
            snprintf(name, sizeof name, "VARIABLE_%d", n);
            setenv(name, "value", 1);
        }
        clearenv();
    }
    stop = 1;
    pthread_join(thread, NULL);
    tel_counter_inc("bounded/counted");
    CHECK(check_value("bounded/counted") == 1);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *which = argv[1];
    if (strcmp(which, "open-and-close") == 0) open_and_close();
    else if (strcmp(which, "rotations") == 0) rotations();
    else if (strcmp(which, "stacks") == 0) stacks();
    else if (strcmp(which, "stacks-in-memory") == 0) stacks_in_memory();
    else if (strcmp(which, "many-names") == 0) many_names();
    else if (strcmp(which, "refused") == 0) refused();
    else if (strcmp(which, "environment") == 0) environment();
    else CHECK(!"a case");
    return 0;
}
