/* TEL_UPLOAD: starts the command tel, at most once a day, as a process of its own
 * that the host never hears of.
 *
 * fork(2) would copy the host's page tables, run its fork handlers and end in a
 * SIGCHLD. So the host's memory is shared until the program runs, and no signal
 * is asked for: host -> between, which is waited for -> uploader, which init
 * inherits. Both are on stacks of their own and call nothing but the kernel, of
 * which sanitizers, too, take no notice. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where this libtel is built to be installed. */
#ifndef TEL_UPLOADER
#define TEL_UPLOADER "/usr/local/bin/tel"
#endif

#define DAY 86400
#define HOUR 3600
#define STACK 8192

/* ---- What the program asked for, kept while it is open -------------------- */

/* The environment without libtel's own variables, in one piece: a host may change
 * it at any time, and later would be a race. */
static char **copied_environment(void) {
    size_t count = 1, length = 0;
    for (char **at = environ; at && *at; at++) {
        if (strncmp(*at, "TEL_", 4) == 0) continue;
        count++;
        length += strlen(*at) + 1;
    }
    char **copy = malloc(count * sizeof *copy + length), **next = copy;
    if (!copy) return NULL;
    char *text = (char *)(copy + count);
    for (char **at = environ; at && *at; at++) {
        if (strncmp(*at, "TEL_", 4) == 0) continue;
        *next++ = text;
        text = stpcpy(text, *at) + 1;
    }
    *next = NULL;
    return copy;
}

/* A member of a struct that may be an older, shorter one. */
#define MEMBER(of, name) ((of)->size >= offsetof(tel_config, name) + sizeof (of)->name ? (of)->name : NULL)

static char *copied(const char *text) { return text ? strdup(text) : NULL; }

void entry_keep_upload(const tel_config *config) {
    if (!config || entry.destination) return;
    entry.destination = copied(MEMBER(config, destination));
    if (!entry.destination || !(entry.flags & TEL_UPLOAD)) return;
    entry.uploader = copied(MEMBER(config, uploader));
    entry.environment = copied_environment();
}

void entry_forget_upload(void) {
    free(entry.destination);
    free(entry.uploader);
    free(entry.environment);
    entry.destination = entry.uploader = NULL;
    entry.environment = NULL;
}

/* ---- Once a day ----------------------------------------------------------- */

/* From the future by more than a day: left by a clock that was wrong. */
static bool is_fresh(const struct stat *token) {
    int64_t age = (int64_t)time(NULL) - token->st_mtim.tv_sec;
    return age <= DAY && age >= -DAY;
}

/* The reference's token, of which only the time counts. The reference removes an
 * old one and makes it anew, by which two can win; here the lock decides, and
 * who has it sets the time. */
enum token { NOT_DUE, TAKEN, REFUSED };

static enum token take_token(int folder) {
    static const char name[] = "local/upload.token";
    struct stat token;
    if (fstatat(folder, name, &token, AT_SYMLINK_NOFOLLOW) == 0 && is_fresh(&token)) return NOT_DUE;
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool is_ours = file >= 0;
    if (!is_ours) {
        file = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
        if (file < 0) return REFUSED;
        is_ours = flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &token) == 0 && token.st_nlink > 0 && !is_fresh(&token) &&
                  futimens(file, NULL) == 0;
    }
    close(file);
    return is_ours ? TAKEN : NOT_DUE;
}

/* ---- Starting ------------------------------------------------------------- */

typedef struct start {
    const char *arguments[10];
    char *stack;
    volatile int error; /* of whatever went wrong in a child */
} start;

/* As sanitizers know it, clone(2) is for threads. */
extern int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...);

#define ON_A_STACK_OF_ITS_OWN __attribute__((no_sanitize("address", "thread", "undefined")))

ON_A_STACK_OF_ITS_OWN static int uploader(void *context) {
    start *how = context;
    syscall(SYS_execve, how->arguments[0], how->arguments, entry.environment);
    how->error = errno;
    return 127;
}

ON_A_STACK_OF_ITS_OWN static int between(void *context) {
    start *how = context;
    syscall(SYS_setsid);
    /* The kernel's own struct; all zero is the usual. libc keeps two signals to itself. */
    static const uint64_t usual[8];
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, usual, NULL, sizeof usual[0]);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, usual, NULL, sizeof usual[0]);
    long null = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
    if (null < 0 || syscall(SYS_chdir, "/") != 0) {
        how->error = EIO;
        return 127;
    }
    for (int stream = 0; stream < 3; stream++) syscall(SYS_dup3, null, stream, 0);
    /* Before Linux 5.9, as many as a process may usually have. */
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) {
        for (int file = 3; file < 65536; file++) syscall(SYS_close, file);
    }
    if (__clone(uploader, how->stack + STACK, CLONE_VM | CLONE_VFORK, how) < 0) how->error = errno;
    return 0;
}

static bool is_started(const entry_uploadable *what) {
    char stacks[2 * STACK] __attribute__((aligned(16)));
    start how = {.stack = stacks};
    const char **next = how.arguments;
    *next++ = entry.uploader ? entry.uploader : TEL_UPLOADER;
    *next++ = "upload";
    *next++ = "--background";
    *next++ = "--vendor";
    *next++ = what->vendor;
    *next++ = "--destination";
    *next++ = entry.destination;
    if (what->is_given) {
        *next++ = "--dir";
        *next++ = what->directory;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = __clone(between, stacks + 2 * STACK, CLONE_VM | CLONE_VFORK, &how);
    if (child > 0) syscall(SYS_wait4, child, NULL, __WALL, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return child > 0 && how.error == 0;
}

void entry_start_uploader(bool is_opening) {
    static int64_t looked; /* by whatever thread */
    int64_t now = (int64_t)time(NULL), last = __atomic_load_n(&looked, __ATOMIC_RELAXED);
    if (!(entry.flags & TEL_UPLOAD) || !entry.destination || (!is_opening && now - last < HOUR && now >= last)) return;
    __atomic_store_n(&looked, now, __ATOMIC_RELAXED);
    int is_subreaper = 0;
    if (getpid() == 1 || syscall(SYS_prctl, PR_GET_CHILD_SUBREAPER, &is_subreaper) != 0 || is_subreaper || getauxval(AT_SECURE)) return;
    entry_uploadable what = {0};
    if (entry_ask_uploadable(&what) != TEL_OK || !what.directory) return;
    int folder = open(what.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (entry_is_consented(folder)) {
        /* Looked at first: one program's mistake does not take the day from the others. */
        int token = REFUSED;
        if (entry.environment && access(entry.uploader ? entry.uploader : TEL_UPLOADER, X_OK) == 0) token = take_token(folder);
        if (token == REFUSED || (token == TAKEN && !is_started(&what))) tel_counter_inc("tel/upload:not-started");
    }
    close(folder);
    free(what.directory);
}
