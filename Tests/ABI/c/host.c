/* A host that asks for TEL_UPLOAD: host CASE VENDOR DESTINATION UPLOADER
 *
 *   plain      opens and ends
 *   killed     is killed when tel_open has returned
 *   watches    handles SIGCHLD and waits for all children: there are none
 *   ignores    ignores SIGCHLD and others, has some signals blocked, closes its streams
 *   threads    eight threads rotate while one opens
 *   forked     a child opens
 *   subreaper  inherits the orphans of its children
 *   fork-handlers  none runs
 *   large      holds 512 MiB; says how many microseconds tel_open took, without and with an upload
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char **given;

static tel_status open_as_asked(uint32_t flags) {
    tel_config config = TEL_INIT(tel_config);
    config.flags = TEL_NO_REPORT | flags;
    config.program = "example.com/host";
    config.vendor = given[2];
    config.destination = given[3][0] ? given[3] : NULL;
    config.uploader = given[4][0] ? given[4] : NULL;
    return tel_open(&config);
}

static volatile sig_atomic_t children;
static void on_child(int number) { children += number == SIGCHLD; }

static volatile int handlers;
static void on_fork(void) { handlers++; }

static void *rotate(void *unused) {
    for (int i = 0; i < 200; i++) tel_rotate();
    return unused;
}

static int64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int count, char **arguments) {
    CHECK(count == 5);
    given = arguments;
    const char *name = arguments[1];
    if (strcmp(name, "plain") == 0) {
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
    } else if (strcmp(name, "killed") == 0) {
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        kill(getpid(), SIGKILL);
    } else if (strcmp(name, "watches") == 0) {
        struct sigaction action = {.sa_handler = on_child};
        CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        for (int i = 0; i < 200; i++) {
            int status;
            CHECK(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
            CHECK(waitpid(-1, &status, WNOHANG | __WALL) == -1 && errno == ECHILD);
            usleep(1000);
        }
        CHECK(children == 0);
        sigset_t blocked;
        CHECK(sigprocmask(SIG_SETMASK, NULL, &blocked) == 0 && sigismember(&blocked, SIGTERM) == 0);
    } else if (strcmp(name, "ignores") == 0) {
        sigset_t some;
        sigfillset(&some);
        CHECK(sigprocmask(SIG_SETMASK, &some, NULL) == 0);
        for (int number = 1; number < 32; number++) signal(number, number % 2 ? SIG_IGN : on_child);
        signal(SIGCHLD, SIG_IGN);
        for (int i = 0; i < 40; i++) CHECK(open("/dev/zero", O_RDONLY) >= 0);
        close(0), close(1), close(2);
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        CHECK(sigprocmask(SIG_SETMASK, NULL, &some) == 0 && sigismember(&some, SIGTERM) == 1);
        CHECK(signal(SIGHUP, SIG_DFL) == SIG_IGN && signal(SIGINT, SIG_DFL) == on_child);
    } else if (strcmp(name, "threads") == 0) {
        pthread_t threads[8];
        CHECK_STATUS(open_as_asked(TEL_UPLOAD | TEL_ROTATE), TEL_OK);
        for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, rotate, NULL) == 0);
        for (int i = 0; i < 8; i++) CHECK(pthread_join(threads[i], NULL) == 0);
        tel_close();
    } else if (strcmp(name, "forked") == 0) {
        pid_t child = fork();
        if (child == 0) {
            CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
            return 0;
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    } else if (strcmp(name, "subreaper") == 0) {
        CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        usleep(100000);
        CHECK(waitpid(-1, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD);
    } else if (strcmp(name, "fork-handlers") == 0) {
        CHECK(pthread_atfork(on_fork, on_fork, on_fork) == 0);
        printf("not flushed by the child");
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        CHECK(handlers == 0);
    } else if (strcmp(name, "large") == 0) {
        size_t size = (size_t)512 << 20;
        char *much = malloc(size);
        CHECK(much);
        memset(much, 1, size);
        int64_t begin = microseconds();
        CHECK_STATUS(open_as_asked(0), TEL_OK);
        int64_t without = microseconds() - begin;
        tel_close();
        begin = microseconds();
        CHECK_STATUS(open_as_asked(TEL_UPLOAD), TEL_OK);
        printf("%lld %lld\n", (long long)without, (long long)(microseconds() - begin));
        free(much);
    } else {
        return 2;
    }
    return 0;
}
