/* What an unwinder sees from within the host's functions that libtel calls: a
 * crash handler or a profiler there must find the way to main. */
#include <execinfo.h>

#include "check.h"

static int seen; /* frames of this program below the callback */

__attribute__((noinline)) void marker(void (*body)(void));
__attribute__((noinline)) void marker(void (*body)(void)) {
    body();
    __asm__ volatile("" ::: "memory");
}

static void look(void) {
    void *addresses[64];
    int count = backtrace(addresses, 64);
    char **names = backtrace_symbols(addresses, count);
    CHECK(names != NULL);
    for (int n = 0; n < count; n++)
        if (strstr(names[n], "(main+") || strstr(names[n], "(marker+")) seen++;
    free(names);
}

static tel_status week(void *context, const char *begin, const char *end) {
    (void)context, (void)begin, (void)end;
    look();
    return TEL_OK;
}
static tel_status program(void *context, const tel_program *program) {
    (void)context;
    CHECK(program->size == sizeof *program);
    look();
    return TEL_OK;
}
static tel_status counter(void *context, const char *name, uint64_t value) {
    (void)context, (void)name, (void)value;
    look();
    return TEL_OK;
}
static int64_t now(void) {
    look();
    return 1790000000;
}
static void log_it(void *context, tel_level level, const char *message) {
    (void)context, (void)level, (void)message;
    look();
}

static void visit(void) {
    tel_visitor visitor = {.size = sizeof visitor, .week = week, .program = program, .counter = counter, .stack = counter};
    CHECK_STATUS(tel_report_visit(NULL, &visitor), TEL_OK);
}
static void rotate(void) { CHECK_STATUS(tel_rotate(), TEL_OK); }
static void drop(void) { tel_counter_inc("bad name"); }

int main(int argc, char **arguments) {
    CHECK(argc == 2);
    tel_config config = check_config();
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter_inc("a");
    tel_stack_inc("s", 4);
    tel_set_logger(log_it, NULL);
    seen = 0;
    if (strcmp(arguments[1], "visitor") == 0) {
        marker(visit);
        CHECK(seen == 2 * 4);
    } else if (strcmp(arguments[1], "clock") == 0) {
        marker(rotate);
        CHECK(seen >= 2);
    } else {
        marker(drop);
        CHECK(seen == 2);
    }
    return 0;
}
