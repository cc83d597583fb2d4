/* libc as the core uses it, and what Swift cannot spell: variadic functions,
 * macros, and errno. Only Files, and Stacks for dladdr, import this. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* open(2) is variadic. */
static inline int posix_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
/* errno is a macro. */
static inline int posix_errno(void) { return errno; }
static inline void posix_set_errno(int value) { errno = value; }
/* MAP_FAILED is a cast; NULL says the same here. */
static inline void *posix_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *p = mmap(at, length, protection, flags, fd, offset);
    return p == MAP_FAILED ? NULL : p;
}
/* struct stat has the name of its function, and st_mtime is a macro. */
typedef struct posix_status {
    uint64_t device, inode, links;
    int64_t size, modified;
    uint32_t mode, owner;
} posix_status;
static inline int posix_take_status(int result, const struct stat *from, posix_status *to) {
    if (result == 0) {
        to->device = from->st_dev;
        to->inode = from->st_ino;
        to->links = from->st_nlink;
        to->size = from->st_size;
        to->modified = from->st_mtim.tv_sec;
        to->mode = from->st_mode;
        to->owner = from->st_uid;
    }
    return result;
}
static inline int posix_fstat(int fd, posix_status *to) {
    struct stat s;
    return posix_take_status(fstat(fd, &s), &s, to);
}
static inline int posix_stat(const char *path, posix_status *to) {
    struct stat s;
    return posix_take_status(stat(path, &s), &s, to);
}
static inline int posix_lstat(const char *path, posix_status *to) {
    struct stat s;
    return posix_take_status(lstat(path, &s), &s, to);
}
/* A global that may change is no constant for Swift. */
static inline bool posix_is_invoked_as(const char *ending) {
    size_t length = strlen(ending), whole = strlen(program_invocation_short_name);
    return whole > length && strcmp(program_invocation_short_name + whole - length, ending) == 0;
}
/* f_type has another type on each machine. */
static inline int posix_file_system(const char *path, uint32_t *magic) {
    struct statfs s;
    int result = statfs(path, &s);
    if (result == 0) *magic = (uint32_t)s.f_type;
    return result;
}
/* The GNU strerror_r returns its text; NULL never. */
static inline const char *posix_error_text(int number, char *buffer, size_t size) {
    return strerror_r(number, buffer, size);
}
static inline int64_t posix_clock(int clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static inline int posix_set_modified(int fd, int64_t seconds) {
    struct timespec both[2] = {{seconds, 0}, {seconds, 0}};
    return futimens(fd, both);
}
/* d_name is an array in the middle of a struct. */
static inline const char *posix_entry_name(const struct dirent *entry) { return entry->d_name; }
/* The kinds of limits are an enum of their own. Bytes; INT64_MAX for none. */
static inline int64_t posix_limit(struct rlimit limit, int status) {
    return status != 0 || limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}
static inline int64_t posix_file_size_limit(void) {
    struct rlimit limit = {0, 0};
    int status = getrlimit(RLIMIT_FSIZE, &limit);
    return posix_limit(limit, status);
}
static inline int64_t posix_address_space_limit(void) {
    struct rlimit limit = {0, 0};
    int status = getrlimit(RLIMIT_AS, &limit);
    return posix_limit(limit, status);
}
/* An array would be a tuple. Not const: constants are in the file. */
enum { POSIX_ZEROS = 4096 };
static inline const void *posix_zeros(void) {
    static unsigned char zeros[POSIX_ZEROS];
    return zeros;
}
/* A lease that is broken sends a signal, SIGIO unless told otherwise, which
 * ends a process that has no handler. SIGURG is ignored by default. */
static inline int posix_read_lease(int fd) {
    return fcntl(fd, F_SETSIG, SIGURG) == 0 ? fcntl(fd, F_SETLEASE, F_RDLCK) : -1;
}
static inline void posix_pause(int64_t nanoseconds) {
    struct timespec t = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&t, NULL);
}
/* RENAME_NOREPLACE is a macro that glibc defines under _GNU_SOURCE only. */
static inline int posix_rename_to_new(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 1 /* RENAME_NOREPLACE */);
}
/* Decimal text as a number, whatever the host's locale calls a decimal point. */
static inline double posix_number(const char *text) {
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain) return 0;
    double number = strtod_l(text, NULL, plain);
    freelocale(plain);
    return number;
}
