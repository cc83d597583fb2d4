/* A process that is stopped within a call that counts, after so many
 * instructions of it, until a line comes on standard input.
 *
 *     stopped handle|name|new|grow INSTRUCTIONS
 *
 * Says "stopped", or "ended" and the number of instructions that there were. */
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "check.h"

static int64_t now(void) { return 1795428000; } /* 2026-11-23, a Monday, 10:00 */

static void count(const char *how) {
    tel_config config = check_config();
    char name[400] = "";
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter *handle = tel_counter_named("s/handle");
    tel_add(handle, 1);
    tel_counter_inc("s/name");
    /* The next name that is new has no room in the file. */
    if (strcmp(how, "grow") == 0) {
        memset(name, 'n', 300);
        for (int n = 0; n < 40; n++) {
            sprintf(name + 300, "/%d", n);
            tel_counter_inc(name);
        }
    }
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    if (strcmp(how, "handle") == 0) tel_add(handle, 100);
    else if (strcmp(how, "name") == 0) tel_counter_add("s/name", 100);
    else if (strcmp(how, "new") == 0) tel_counter_add("s/new", 100);
    else sprintf(name + 300, "/new"), tel_counter_add(name, 100);
    raise(SIGSTOP);
    _exit(0);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    int status;
    pid_t child = fork();
    if (child == 0) count(argv[1]);
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    bool has_ended = false;
    int done = 0;
    for (int most = atoi(argv[2]); done < most && !has_ended; done++) {
        CHECK(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0);
        CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
        has_ended = WSTOPSIG(status) == SIGSTOP;
    }
    printf(has_ended ? "ended %d\n" : "stopped %d\n", done);
    fflush(stdout);
    char line[10];
    CHECK(fgets(line, sizeof line, stdin) != NULL);
    CHECK(ptrace(PTRACE_CONT, child, NULL, NULL) == 0);
    CHECK(waitpid(child, &status, 0) == child);
    while (WIFSTOPPED(status)) {
        ptrace(PTRACE_CONT, child, NULL, NULL);
        CHECK(waitpid(child, &status, 0) == child);
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 0;
}
