/* Between libtel and libc, for what strace cannot do. By environment:
 *
 *   TEL_TEST_CLOCK=still      the monotonic clock stands, so that no time is up
 *   TEL_TEST_NO_FALLOCATE=1   the file system has none
 *   TEL_TEST_FILE_SYSTEM=6969 the magic number of all file systems, hexadecimal
 *   TEL_TEST_SHORT=pwrite:3   the third pwrite (or write, or pread) does half of
 *                             what it was asked for, and says so
 *   TEL_TEST_SHORT=pwrite:3:28  and the next one fails with errno 28 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { WHOLE, SHORT, REFUSED };

/* What is to happen to this call of the one that is named. */
static int fate(const char *name, int *made) {
    const char *wanted = getenv("TEL_TEST_SHORT");
    char word[16];
    int number = 0, error = 0;
    if (!wanted || sscanf(wanted, "%15[a-z]:%d:%d", word, &number, &error) < 2 || strcmp(word, name) != 0) return WHOLE;
    int now = __atomic_add_fetch(made, 1, __ATOMIC_SEQ_CST);
    if (now == number) return SHORT;
    if (now == number + 1 && error != 0) {
        errno = error;
        return REFUSED;
    }
    return WHOLE;
}

static size_t half(size_t count) { return count > 1 ? count / 2 : count; }

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    static int made;
    int what = fate("pwrite", &made);
    return what == REFUSED ? -1 : REAL(pwrite)(fd, from, what == SHORT ? half(count) : count, at);
}

ssize_t pread(int fd, void *into, size_t count, off_t at) {
    static int made;
    int what = fate("pread", &made);
    return what == REFUSED ? -1 : REAL(pread)(fd, into, what == SHORT ? half(count) : count, at);
}

ssize_t write(int fd, const void *from, size_t count) {
    static int made;
    int what = fd > 2 ? fate("write", &made) : WHOLE;
    return what == REFUSED ? -1 : REAL(write)(fd, from, what == SHORT ? half(count) : count);
}

int fallocate(int fd, int mode, off_t from, off_t count) {
    if (getenv("TEL_TEST_NO_FALLOCATE")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return REAL(fallocate)(fd, mode, from, count);
}

int statfs(const char *path, struct statfs *into) {
    const char *wanted = getenv("TEL_TEST_FILE_SYSTEM");
    int status = REAL(statfs)(path, into);
    if (status == 0 && wanted) into->f_type = (__typeof__(into->f_type))strtoul(wanted, NULL, 16);
    return status;
}

int clock_gettime(clockid_t which, struct timespec *time) {
    const char *wanted = getenv("TEL_TEST_CLOCK");
    if (which == CLOCK_MONOTONIC && wanted && strcmp(wanted, "still") == 0) {
        *time = (struct timespec){1000000, 0};
        return 0;
    }
    return REAL(clock_gettime)(which, time);
}
