/* Between libtel and libc: writes down, in the file TEL_TEST_RECORD names, what
 * a process changes on disk, one line each:
 *
 *   make PATH INODE         a file was made        folder PATH
 *   write INODE AT HEX      bytes                  size INODE COUNT   reserved to there
 *   link FROM TO            rename FROM TO         unlink PATH
 *   sync INODE HEX          fsync of a file; what it has, also by its mapping
 *   syncfolder PATH         fsync of a folder
 *   content INODE HEX       what a file has when the process leaves, if mapped
 *
 * TEL_TEST_RECORD_KILL=7: it is killed when it has written seven lines. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static FILE *record;

static FILE *out(void) {
    if (!record) record = fopen(getenv("TEL_TEST_RECORD"), "ae");
    if (!record) abort();
    return record;
}

static void end_line(void) {
    static int lines;
    const char *kill_at = getenv("TEL_TEST_RECORD_KILL");
    fputc('\n', out());
    fflush(out());
    if (++lines == (kill_at ? atoi(kill_at) : 0)) kill(getpid(), SIGKILL);
}

static void hex(const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) fprintf(out(), "%02x", bytes[i]);
}

static unsigned long inode(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? (unsigned long)status.st_ino : 0;
}

static void content(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return;
    unsigned char *bytes = malloc((size_t)status.st_size + 1);
    ssize_t got = pread(fd, bytes, (size_t)status.st_size, 0);
    if (got > 0) hex(bytes, (size_t)got);
    free(bytes);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list list;
        va_start(list, flags);
        mode = va_arg(list, mode_t);
        va_end(list);
    }
    int was_there = access(path, F_OK) == 0;
    int fd = REAL(open)(path, flags, mode);
    if (fd >= 0 && flags & O_CREAT && !was_there) {
        fprintf(out(), "make %s %lu", path, inode(fd));
        end_line();
    }
    return fd;
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    ssize_t done = REAL(pwrite)(fd, from, count, at);
    if (done > 0) {
        fprintf(out(), "write %lu %lld ", inode(fd), (long long)at);
        hex(from, (size_t)done);
        end_line();
    }
    return done;
}

int fallocate(int fd, int mode, off_t from, off_t count) {
    int status = REAL(fallocate)(fd, mode, from, count);
    if (status == 0) {
        fprintf(out(), "size %lu %lld", inode(fd), (long long)(from + count));
        end_line();
    }
    return status;
}

int fsync(int fd) {
    char link[64], path[4096] = "";
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || fstat(fd, &status) != 0) abort();
    int done = REAL(fsync)(fd);
    if (done != 0) return done;
    if (S_ISDIR(status.st_mode)) {
        fprintf(out(), "syncfolder %s", path);
    } else {
        fprintf(out(), "sync %lu ", inode(fd));
        content(fd);
    }
    end_line();
    return done;
}

static int named(int status, const char *verb, const char *from, const char *to) {
    if (status == 0) {
        fprintf(out(), "%s %s%s%s", verb, from, to ? " " : "", to ? to : "");
        end_line();
    }
    return status;
}

int link(const char *from, const char *to) { return named(REAL(link)(from, to), "link", from, to); }
int rename(const char *from, const char *to) { return named(REAL(rename)(from, to), "rename", from, to); }
int unlink(const char *path) { return named(REAL(unlink)(path), "unlink", path, NULL); }
int mkdir(const char *path, mode_t mode) { return named(REAL(mkdir)(path, mode), "folder", path, NULL); }
int renameat2(int folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return named(REAL(renameat2)(folder, from, to_folder, to, flags), "rename", from, to);
}
