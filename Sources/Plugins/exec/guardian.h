/* Runs a program out of somebody else's process, who must not notice.
 *
 * The host may wait for any child, ignore SIGCHLD or count on it. So its only
 * child is the guardian: a copy of itself that has no exit signal, which wait(2)
 * does not see unless it is asked to (__WCLONE). The guardian starts the program,
 * ends it when the host lets go of the leash, or dies, and reports how it ended.
 * In the guardian, as in a signal handler, only system calls are made: another
 * thread of the host may have held any lock. */
#ifndef GUARDIAN_H
#define GUARDIAN_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct guardian_report {
    int error;   /* an errno: the program could not be run */
    int status;  /* as of waitpid */
} guardian_report;

typedef struct guardian {
    pid_t process;
    int   output, error, report;  /* to read from */
    int   leash;                  /* closed, it ends the program */
} guardian;

static inline void close_on_exec_from(int first) {
    if (syscall(SYS_close_range, first, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) == 0) return;
    struct rlimit limit = {1024, 1024};
    getrlimit(RLIMIT_NOFILE, &limit);
    int end = limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int at = first; at < end; at++) fcntl(at, F_SETFD, FD_CLOEXEC);
}

/* In the program's process: becomes the program, or writes why not. */
static inline _Noreturn void become(char *const words[], char *const variables[], const int streams[3], int failure) {
    setsid();
    /* Above 2 first: one that has one of these numbers would be overwritten. */
    int high[3];
    for (int at = 0; at < 3; at++) high[at] = fcntl(streams[at], F_DUPFD_CLOEXEC, 3);
    failure = fcntl(failure, F_DUPFD_CLOEXEC, 3);
    for (int at = 0; at < 3; at++) dup2(high[at], at);
    close_on_exec_from(3);
    /* The kernel's own struct; all zero is the usual. libc keeps two signals to itself. */
    static const uint64_t usual[8];
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, usual, NULL, sizeof usual[0]);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, usual, NULL, sizeof usual[0]);
    if (chdir("/") == 0) execve(words[0], words, variables);
    guardian_report report = {errno, 0};
    ssize_t ignored = write(failure, &report, sizeof report);
    (void)ignored;
    _exit(127);
}

/* In the guardian: waits for the program, or for the end of the leash. All
 * signals are blocked. */
static inline _Noreturn void keep_guard(char *const words[], char *const variables[], const int streams[3], int report, int leash) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &usual, NULL);
    /* A pipe that closes when the program runs, and says so when it does not. */
    int begun[2];
    pid_t program = pipe2(begun, O_CLOEXEC) == 0 ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : -1;
    guardian_report result = {0, 0};
    if (program == 0) become(words, variables, streams, begun[1]);
    if (program < 0) {
        result.error = errno;
    } else {
        /* What the host has open is not held open here. */
        close(begun[1]);
        int kept[3] = {fcntl(report, F_DUPFD_CLOEXEC, 3), fcntl(leash, F_DUPFD_CLOEXEC, 3), fcntl(begun[0], F_DUPFD_CLOEXEC, 3)};
        for (int at = 0; at < 3; at++) kept[at] = dup2(kept[at], at);
        syscall(SYS_close_range, 3, ~0U, 0);
        report = kept[0], leash = kept[1];
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        siginfo_t seen;
        seen.si_pid = 0;
        for (;;) {
            if (waitid(P_PID, (id_t)program, &seen, WEXITED | WNOWAIT | WNOHANG) != 0 || seen.si_pid != 0) break;
            struct pollfd end = {leash, 0, 0};
            if (poll(&end, 1, 0) != 0) break;
            struct timespec moment = {0, 50000000};
            sigtimedwait(&child, NULL, &moment);
        }
        /* And whoever it has left behind. */
        kill(-program, SIGKILL);
        kill(program, SIGKILL);
        pid_t gone;
        while ((gone = waitpid(program, &result.status, 0)) < 0 && errno == EINTR) {}
        if (gone < 0) result.error = errno;
        guardian_report failure;
        if (read(kept[2], &failure, sizeof failure) == sizeof failure) result = failure;
    }
    ssize_t ignored = write(report, &result, sizeof result);
    (void)ignored;
    _exit(0);
}

static inline void close_pair(const int pair[2]) {
    if (pair[0] >= 0) close(pair[0]);
    if (pair[1] >= 0) close(pair[1]);
}

/* False, and errno, if it cannot. */
static inline bool guardian_start(guardian *guard, char *const words[], char *const variables[], int input) {
    int pipes[4][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    bool is_open = true;
    for (int at = 0; at < 4 && is_open; at++) is_open = pipe2(pipes[at], O_CLOEXEC) == 0;
    pid_t process = -1;
    if (is_open) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        process = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
        if (process == 0) {
            int streams[3] = {input, pipes[0][1], pipes[1][1]};
            for (int at = 0; at < 3; at++) close(pipes[at][0]);
            close(pipes[3][1]);
            keep_guard(words, variables, streams, pipes[2][1], pipes[3][0]);
        }
        int error = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        errno = error;
    }
    if (process < 0) {
        int error = errno;
        for (int at = 0; at < 4; at++) close_pair(pipes[at]);
        errno = error;
        return false;
    }
    for (int at = 0; at < 3; at++) close(pipes[at][1]);
    close(pipes[3][0]);
    *guard = (guardian){process, pipes[0][0], pipes[1][0], pipes[2][0], pipes[3][1]};
    return true;
}

/* The program is gone when this returns. */
static inline void guardian_end(guardian *guard) {
    close(guard->leash);
    while (waitpid(guard->process, NULL, (int)__WCLONE) < 0 && errno == EINTR) {}
    close(guard->output);
    close(guard->error);
    close(guard->report);
}

#endif
