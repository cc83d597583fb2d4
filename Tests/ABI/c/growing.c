/* Processes that open and close a file while others extend it. Writes how often
 * "g/opened" was counted. argv[1]: seconds. */
#include <sys/wait.h>
#include <time.h>

#include "check.h"

static tel_config config;

static void opener(int pipe, time_t end) {
    uint64_t count = 0;
    while (time(NULL) < end) {
        CHECK_STATUS(tel_open(&config), TEL_OK);
        tel_counter_inc("g/opened");
        count++;
        tel_close();
    }
    CHECK(write(pipe, &count, sizeof count) == sizeof count);
    _exit(0);
}

/* Each lives for some pages. */
static void grower(int round) {
    char name[400];
    memset(name, 'n', 300);
    CHECK_STATUS(tel_open(&config), TEL_OK);
    for (int n = 0; n < 400; n++) {
        sprintf(name + 300, "%d/%d", round, n);
        tel_counter_inc(name);
    }
    _exit(0);
}

static void wait_well(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv) {
    enum { OPENERS = 3 };
    CHECK(argc == 2);
    config = check_config();
    config.max_names = 100000;
    time_t end = time(NULL) + atoi(argv[1]);
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t openers[OPENERS];
    for (int n = 0; n < OPENERS; n++) {
        openers[n] = fork();
        if (openers[n] == 0) opener(ends[1], end);
    }
    int rounds = 0;
    for (; time(NULL) < end && rounds < 200; rounds++) {
        pid_t child = fork();
        if (child == 0) grower(rounds);
        wait_well(child);
    }
    uint64_t sum = 0, count;
    for (int n = 0; n < OPENERS; n++) {
        wait_well(openers[n]);
        CHECK(read(ends[0], &count, sizeof count) == sizeof count);
        sum += count;
    }
    printf("%" PRIu64 " %d\n", sum, rounds * 400);
    return 0;
}
