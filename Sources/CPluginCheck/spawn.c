#define _GNU_SOURCE
#include "plugincheck.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VERDICTS = 200, VALGRIND_LOG = 201 };

static plugincheck_result result(plugincheck_verdict verdict, const char *format, ...) {
    plugincheck_result made = {verdict, ""};
    va_list pieces;
    va_start(pieces, format);
    vsnprintf(made.text, sizeof made.text, format, pieces);
    va_end(pieces);
    return made;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Nothing of the terminal, a group of its own to be ended as a whole, no core. */
__attribute__((noreturn)) static void become(char *const arguments[], int verdicts, int log, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    int nothing = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; stream++) dup2(nothing, stream);
    dup2(verdicts, VERDICTS);
    if (log >= 0) dup2(log, VALGRIND_LOG);
    for (int other = 3; other < VERDICTS; other++) close(other);
    execvp(arguments[0], arguments);
    _exit(127);
}

plugincheck_result plugincheck_try(char *const arguments[], int limit_ms, int log) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return result(PLUGINCHECK_NOT_TRIED, "there is no pipe: %s", strerror(errno));
    pid_t parent = getpid(), child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return result(PLUGINCHECK_NOT_TRIED, "there is no process for it: %s", strerror(errno));
    }
    if (child == 0) become(arguments, ends[1], log, parent);
    setpgid(child, child);
    close(ends[1]);
    char said[600];
    size_t count = 0;
    int64_t end = now_ms() + limit_ms;
    bool is_over = false;
    while (!is_over && count < sizeof said - 1) {
        int64_t left = end - now_ms();
        struct pollfd wait = {ends[0], POLLIN, 0};
        if (left <= 0 || (poll(&wait, 1, (int)left) < 0 && errno != EINTR)) break;
        if (wait.revents == 0) continue;
        ssize_t got = read(ends[0], said + count, sizeof said - 1 - count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) is_over = true;
        /* A verdict is written at once, and is the last thing a check does. What it
         * started may keep the pipe open. */
        else count += (size_t)got, is_over = true;
    }
    close(ends[0]);
    said[count] = 0;
    int status = 0;
    bool has_ended = false;
    while (!has_ended && now_ms() < end) {
        has_ended = waitpid(child, &status, WNOHANG) == child;
        if (!has_ended) nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    if (!has_ended) while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!has_ended) return result(PLUGINCHECK_FAILED, "it was still busy after %d s, and was ended", limit_ms / 1000);
    static const char marks[] = "onfta";
    const char *mark = count > 0 ? strchr(marks, said[0]) : NULL;
    if (mark != NULL && *mark != 0) return result((plugincheck_verdict)(mark - marks), "%s", said + 1);
    if (WIFSIGNALED(status))
        return result(PLUGINCHECK_FAILED, "it ended the process by signal %d (%s)%s", WTERMSIG(status), strsignal(WTERMSIG(status)),
                      WTERMSIG(status) == SIGABRT ? ", as what is thrown and not caught does" : "");
    return result(PLUGINCHECK_FAILED, "it ended the process with status %d", WEXITSTATUS(status));
}

int plugincheck_log(void) { return memfd_create("valgrind", MFD_CLOEXEC); }
