/*
 * tel/testing.h - unit tests of what a program counts.
 *
 * The code under test counts as it always does. The test opens libtel in a
 * fresh directory with a clock that stands still, and asks for the values:
 *
 *     #include <tel/testing.h>
 *     #include "editor.h"
 *
 *     int main(void) {
 *         tel_testing test;
 *         tel_testing_begin(&test);
 *
 *         editor_open("notes.txt");
 *         tel_testing_expect(&test, "editor/open:text", 1);
 *         tel_testing_expect(&test, "editor/open:config", 0);
 *
 *         return tel_testing_end(&test);
 *     }
 *
 * An expectation that fails is one line on standard error, and the program
 * ends with a status other than 0.
 *
 * The user's own counts and mode are not touched. The week begins at
 * TEL_TESTING_BEGIN, a Monday, and lasts seven days; tel_testing_advance moves
 * the clock. Between begin and end, a tel_open by the code under test changes
 * nothing: the test is open already.
 *
 * To test a whole program rather than its functions, run it with TEL_DIR set
 * to a directory of the test and look at that with "tel dump".
 *
 * C99 or C++11. Nothing here may be called from two threads at a time; include
 * it in one source file of the test, for the clock belongs to that file.
 */
#ifndef TEL_TESTING_H
#define TEL_TESTING_H

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <tel.h>

#define TEL_TESTING_BEGIN INT64_C(1704067200)  /* 2024-01-01T00:00:00Z */
#define TEL_TESTING_DAY   INT64_C(86400)
#define TEL_TESTING_WEEK  (7 * TEL_TESTING_DAY)

typedef struct tel_testing {
    char directory[256];  /* the telemetry directory; "" if it couldn't be made */
    int  failures;
} tel_testing;

/* ---- What the functions below are made of -------------------------------- */

static inline int64_t *tel_testing_clock(void) {
    static int64_t seconds = TEL_TESTING_BEGIN;
    return &seconds;
}

static inline int64_t tel_testing_now(void) { return *tel_testing_clock(); }

static inline void tel_testing_fail(tel_testing *test, const char *what, const char *why) {
    test->failures++;
    fprintf(stderr, "tel/testing.h: %s: %s\n", what, why);
}

/* Joins with a "/". Zero if it is too long. */
static inline int tel_testing_join(char *path, size_t size, const char *folder, const char *name) {
    int length = snprintf(path, size, "%s/%s", folder, name);
    return length > 0 && (size_t)length < size;
}

/* Removes a folder with all that is in it; follows no symbolic link. */
static inline int tel_testing_remove(const char *folder) {
    char path[1024];
    int whole = 1;
    struct dirent *entry;
    DIR *list = opendir(folder);
    if (!list) return 0;
    while ((entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        whole &= tel_testing_join(path, sizeof path, folder, entry->d_name) &&
                 (unlink(path) == 0 || tel_testing_remove(path));
    }
    closedir(list);
    return rmdir(folder) == 0 && whole;
}

/* Makes a folder that was not there before, for this user alone. */
static inline int tel_testing_make_folder(char *path, size_t size) {
    static unsigned number = 0;
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent) parent = "/tmp";
    for (;;) {
        int length = snprintf(path, size, "%s/tel-testing-%ld-%u", parent, (long)getpid(), number++);
        if (length < 0 || (size_t)length >= size) { errno = ENAMETOOLONG; return 0; }
        if (mkdir(path, 0700) == 0) return 1;
        if (errno != EEXIST) return 0;
    }
}

/* Which day ends the week is random on a user's machine. In a test it isn't. */
static inline int tel_testing_fix_week(const char *directory) {
    char path[512];
    FILE *file;
    int written;
    if (!tel_testing_join(path, sizeof path, directory, "local") || mkdir(path, 0700) != 0) return 0;
    if (!tel_testing_join(path, sizeof path, directory, "local/weekends")) return 0;
    file = fopen(path, "w");
    if (!file) return 0;
    written = fputs("1\n", file) >= 0;
    return fclose(file) == 0 && written;
}

/* ---- What a test calls --------------------------------------------------- */

/* Opens libtel in a directory of its own, at TEL_TESTING_BEGIN. Where telemetry
 * is off by TEL_MODE, values are kept in memory, and expectations hold as well.
 * Zero, and a failure of the test, if it can't be done. */
static inline int tel_testing_begin(tel_testing *test) {
    tel_config config;
    tel_status status;
    memset(&config, 0, sizeof config);
    memset(test, 0, sizeof *test);
    *tel_testing_clock() = TEL_TESTING_BEGIN;
    if (!tel_testing_make_folder(test->directory, sizeof test->directory)) {
        test->directory[0] = '\0';
        tel_testing_fail(test, "cannot make a directory in TMPDIR or /tmp", strerror(errno));
        return 0;
    }
    if (!tel_testing_fix_week(test->directory)) {
        tel_testing_fail(test, test->directory, strerror(errno));
        return 0;
    }
    config.size = sizeof config;
    config.flags = TEL_NO_REPORT;
    config.directory = test->directory;
    config.program = "tel-testing";
    config.vendor = "tel-testing";  /* so that the user's own mode says nothing here */
    config.now = tel_testing_now;
    status = tel_open(&config);
    if (status != TEL_OK && status != TEL_E_OFF) {
        tel_testing_fail(test, "tel_open", tel_error_message());
        return 0;
    }
    return 1;
}

/* The value that a counter has now; 0 if nobody has counted it. A counter of a
 * histogram is named like "editor/save:<10ms". */
static inline uint64_t tel_testing_value(tel_testing *test, const char *name) {
    uint64_t value = 0;
    tel_status status = tel_counter_read(name, &value);
    if (status != TEL_OK && status != TEL_E_NOT_FOUND) tel_testing_fail(test, name, tel_error_message());
    return value;
}

/* Expects that a counter has this value. Nonzero if it has. */
#define tel_testing_expect(test, name, value) tel_testing_check((test), (name), (value), __FILE__, __LINE__)

static inline int tel_testing_check(tel_testing *test, const char *name, uint64_t expected, const char *file, int line) {
    uint64_t value = tel_testing_value(test, name);
    if (value == expected) return 1;
    test->failures++;
    fprintf(stderr, "%s:%d: \"%s\" is %" PRIu64 ", but %" PRIu64 " was expected\n", file, line, name, value, expected);
    return 0;
}

/* Moves the clock by this many seconds. Past the end of the week a new counter
 * file begins, and all counters are 0 again. */
static inline void tel_testing_advance(tel_testing *test, int64_t seconds) {
    tel_status status;
    *tel_testing_clock() += seconds;
    status = tel_rotate();
    if (status != TEL_OK && status != TEL_E_OFF) tel_testing_fail(test, "tel_rotate", tel_error_message());
}

/* Closes libtel and removes the directory. The exit status of the test: 0 if
 * all expectations held, else 1. */
static inline int tel_testing_end(tel_testing *test) {
    tel_close();
    if (test->directory[0] && !tel_testing_remove(test->directory)) {
        tel_testing_fail(test, test->directory, "cannot be removed");
    }
    test->directory[0] = '\0';
    return test->failures != 0;
}

#endif /* TEL_TESTING_H */
