/* Hosts with limits and habits of their own. argv[1] names the case. */
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"

/* glibc puts a program's thread-local variables into the stack of each of its
 * threads: these are most of 128 KiB, and a bit more than that. */
#ifndef THREAD_LOCAL
#define THREAD_LOCAL 1
#endif
static _Thread_local char much[THREAD_LOCAL];

static int64_t seconds = 1795500000;
static int64_t now(void) { return seconds; }

static void count_many(int names) {
    char name[64];
    for (int i = 0; i < names; i++) {
        snprintf(name, sizeof name, "host/a-name-that-is-long-enough-%d", i);
        tel_counter_inc(name);
    }
}

/* Growing a file beyond this limit sends a signal that ends the program. */
static void file_size_limit(void) {
    struct rlimit limit = {20000, 20000};
    setrlimit(RLIMIT_FSIZE, &limit);
    check_open();
    count_many(900);
    uint64_t dropped = check_value("tel/dropped:space");
    CHECK(dropped > 0 && dropped < 900);
    printf("%" PRIu64 "\n", 900 - dropped);
}

static void file_size_limit_below_a_file(void) {
    struct rlimit limit = {4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    tel_config config = check_config();
    CHECK_STATUS(tel_open(&config), TEL_E_FULL);
    tel_counter_inc("host/counted");
    CHECK(check_value("host/counted") == 1);
}

/* The rotation thread has a small stack; the host's variables come on top. */
static void many_thread_locals(void) {
    memset(much, 1, sizeof much);
    tel_config config = check_config();
    config.flags = TEL_ROTATE;
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    count_many(900);
    char before[4096];
    snprintf(before, sizeof before, "%s", tel_counter_file());
    seconds += 8 * 86400;
    for (int i = 0; i < 100 && strcmp(before, tel_counter_file()) == 0; i++) usleep(50000);
    CHECK(strcmp(before, tel_counter_file()) != 0);
}

static int sentences;
static void logger(void *context, tel_level level, const char *message) {
    (void)context, (void)level;
    CHECK(message[0] != 0);
    CHECK(tel_directory()[0] != 0);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_mode mode = tel_get_mode();
    CHECK(mode == TEL_MODE_LOCAL);
    sentences++;
}

/* What it is told of here comes from the middle of tel_open. */
static void logger_calls_back(void) {
    tel_config config = check_config();
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter_inc("host/counted");
    tel_close();
    CHECK(mkdir("T/local/tel.lock", 0777) == 0);
    tel_set_logger(logger, NULL);
    config.flags = 0;
    seconds += 9 * 86400;
    alarm(20);
    CHECK_STATUS(tel_open(&config), TEL_OK);
    CHECK(sentences == 1);
}

/* Its own count is dropped, and it would be told of that. */
static void counting_logger(void *context, tel_level level, const char *message) {
    (void)context, (void)level, (void)message;
    sentences++;
    tel_counter_inc("a bad name of the logger's");
}

static void logger_counts(void) {
    tel_set_logger(counting_logger, NULL);
    check_open();
    for (int n = 0; n < 100; n++) tel_counter_inc("a bad name");
    CHECK(sentences == 100);
    CHECK(check_value("tel/dropped:name") == 200);
}

/* A package is upgraded while its program runs. */
static void replaced(const char *self) {
    CHECK(unlink(self) == 0);
    tel_config config = check_config();
    config.program = NULL;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    printf("%s\n", tel_counter_file());
}

/* All descriptors that the process may have are in use. */
static void no_descriptors(void) {
    struct rlimit limit = {3, 3};
    setrlimit(RLIMIT_NOFILE, &limit);
    tel_config config = check_config();
    CHECK_STATUS(tel_open(&config), TEL_E_IO);
    tel_counter_inc("host/counted");
    CHECK(check_value("host/counted") == 1);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *which = argv[1];
    if (strcmp(which, "file-size-limit") == 0) file_size_limit();
    else if (strcmp(which, "file-size-limit-below-a-file") == 0) file_size_limit_below_a_file();
    else if (strcmp(which, "many-thread-locals") == 0) many_thread_locals();
    else if (strcmp(which, "logger-calls-back") == 0) logger_calls_back();
    else if (strcmp(which, "logger-counts") == 0) logger_counts();
    else if (strcmp(which, "replaced") == 0) replaced(argv[0]);
    else if (strcmp(which, "no-descriptors") == 0) no_descriptors();
    else CHECK(!"a case");
    return 0;
}
