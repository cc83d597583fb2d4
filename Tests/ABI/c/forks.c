/* Forked children count into the same file; nothing is lost when a process
 * leaves without a word. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "check.h"

static _Atomic(int64_t) seconds = 1790000000;
static int64_t now(void) { return seconds; }

static void open_with_clock(void) {
    tel_config config = check_config();
    config.now = now;
    CHECK_STATUS(tel_open(&config), TEL_OK);
}

static void wait_well(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0) fprintf(stderr, "a child ended with %#x\n", (unsigned)status);
    CHECK(status == 0);
}

static void children(void) {
    check_open();
    tel_counter *handle = tel_counter_named("f/handle");
    tel_add(handle, 1);
    for (int n = 0; n < 8; n++) {
        pid_t child = fork();
        if (child == 0) {
            tel_add(handle, 1);
            tel_counter_inc("f/name");
            tel_counter_inc("f/child");
            pid_t grandchild = fork();
            if (grandchild == 0) {
                tel_add(handle, 100);
                tel_counter_inc("f/grandchild");
                _exit(0);
            }
            wait_well(grandchild);
            if (n % 2) exit(0);
            _exit(0);
        }
        wait_well(child);
    }
    CHECK(check_value("f/handle") == 809);
}

/* Opened by each child itself; what was counted before the fork is counted by
 * the parent alone. */
static void before_open(void) {
    tel_counter_inc("f/early");
    for (int n = 0; n < 6; n++) {
        pid_t child = fork();
        if (child == 0) {
            tel_counter_inc("f/child");
            check_open();
            tel_counter_inc("f/child");
            _exit(0);
        }
        wait_well(child);
    }
    check_open();
}

/* The parent leaves first; the child goes on, over a week's end too. */
static void outlives(void) {
    int done[2];
    open_with_clock();
    CHECK(pipe(done) == 0);
    tel_counter_inc("f/parent");
    pid_t parent = fork();
    if (parent == 0) {
        tel_counter_inc("f/middle");
        pid_t middle = getpid();
        if (fork() == 0) {
            close(done[0]);
            while (getppid() == middle) usleep(1000);
            tel_counter_inc("f/orphan");
            seconds += 7 * 86400;
            CHECK_STATUS(tel_rotate(), TEL_OK);
            tel_counter_inc("f/orphan");
            CHECK(write(done[1], "x", 1) == 1);
            _exit(0);
        }
        _exit(0);
    }
    wait_well(parent);
    tel_close();
    close(done[1]);
    char byte;
    CHECK(read(done[0], &byte, 1) == 1);
}

/* The parent is killed in the middle; what it said it had counted is there. */
static void killed(void) {
    int said[2];
    CHECK(pipe(said) == 0);
    pid_t child = fork();
    if (child == 0) {
        check_open();
        tel_counter *handle = tel_counter_named("k/handle");
        char name[40];
        for (uint32_t n = 1;; n++) {
            tel_counter_inc("k/name");
            tel_add(handle, 1);
            snprintf(name, sizeof name, "k/new/%u", n % 700);
            tel_counter_inc(name);
            if (write(said[1], &n, sizeof n) != sizeof n) _exit(1);
        }
    }
    close(said[1]);
    uint32_t n = 0;
    for (int turn = 0; turn < 20000; turn++) CHECK(read(said[0], &n, sizeof n) == sizeof n);
    kill(child, SIGKILL);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    for (uint32_t more; read(said[0], &more, sizeof more) == sizeof more;) n = more;
    printf("%u\n", n);
}

/* ---- Forks while libtel is busy in another thread */

static _Atomic(int) stop;
static void *busy(void *unused) {
    (void)unused;
    char name[40];
    for (int turn = 0; !stop; turn++) {
        CHECK_STATUS(tel_set_mode(turn % 2 ? TEL_MODE_ON : TEL_MODE_LOCAL), TEL_OK);
        CHECK_STATUS(tel_rotate(), TEL_OK);
        tel_status status = tel_flush_report(0);
        CHECK(status == TEL_OK || status == TEL_E_BUSY);
        snprintf(name, sizeof name, "b/busy/%d", turn % 100);
        tel_counter_inc(name);
        if (turn % 50 == 0) (void)tel_counter_file();
    }
    return NULL;
}

static void while_busy(void) {
    pthread_t thread;
    open_with_clock();
    CHECK(pthread_create(&thread, NULL, busy, NULL) == 0);
    for (int n = 0; n < 150; n++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20); /* a deadlock ends here */
            tel_counter_inc("b/name");
            char name[40];
            snprintf(name, sizeof name, "b/child/%d", n);
            tel_add(tel_counter_named(name), 1);
            if (n % 3 == 0) seconds += 7 * 86400;
            if (n % 3 != 1) CHECK_STATUS(tel_rotate(), TEL_OK);
            uint64_t value;
            (void)tel_counter_read("b/name", &value);
            if (n % 5 == 0) CHECK_STATUS(tel_set_mode(TEL_MODE_LOCAL), TEL_OK);
            if (n % 4 == 0) {
                tel_status status = tel_flush_report(0);
                CHECK(status == TEL_OK || status == TEL_E_BUSY);
            }
            tel_counter_inc("b/name");
            if (n % 7 == 0) tel_close();
            _exit(0);
        }
        tel_counter_inc("b/parent");
        wait_well(child);
        if (n % 40 == 0) seconds += 7 * 86400;
    }
    stop = 1;
    pthread_join(thread, NULL);
}

/* ---- A child says off, although its session was in pieces when it was forked */

static void *rotating(void *unused) {
    (void)unused;
    while (!stop) CHECK(tel_rotate() != TEL_E_INVALID);
    return NULL;
}

static void off_in_a_child(void) {
    enum { CHILDREN = 40 };
    pthread_t thread;
    char name[40];
    open_with_clock();
    CHECK(pthread_create(&thread, NULL, rotating, NULL) == 0);
    for (int n = 0; n < CHILDREN; n++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            CHECK_STATUS(tel_set_mode(TEL_MODE_OFF), TEL_OK);
            snprintf(name, sizeof name, "o/child/%d", n);
            tel_counter_inc(name);
            CHECK_STATUS(tel_rotate(), TEL_E_OFF);
            tel_counter_inc(name);
            _exit(0);
        }
        wait_well(child);
        CHECK_STATUS(tel_set_mode(TEL_MODE_LOCAL), TEL_OK);
    }
    stop = 1;
    pthread_join(thread, NULL);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_counter_inc("o/parent");
}

/* ---- Children of a process whose threads are in the logger hear theirs */

static _Atomic(int) heard, in_logger;
static pid_t parent;
static void slow_logger(void *context, tel_level level, const char *message) {
    (void)context, (void)level, (void)message;
    heard++;
    in_logger++;
    while (getpid() == parent && !stop) usleep(1000);
}

static void *speaking(void *unused) {
    (void)unused;
    tel_counter_inc("a bad name");
    return NULL;
}

static void loggers(void) {
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    parent = getpid();
    tel_set_logger(slow_logger, NULL);
    for (int n = 0; n < THREADS; n++) CHECK(pthread_create(&threads[n], NULL, speaking, NULL) == 0);
    while (in_logger < THREADS) usleep(1000);
    pid_t child = fork();
    if (child == 0) {
        heard = 0;
        tel_counter_inc("a bad name");
        CHECK(heard == 1);
        _exit(0);
    }
    wait_well(child);
    stop = 1;
    for (int n = 0; n < THREADS; n++) pthread_join(threads[n], NULL);
}

/* ---- A thread that a second tel_open has asked for is wanted in children, too */

static int threads(void) {
    char line[256];
    int count = 0;
    FILE *file = fopen("/proc/self/status", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) (void)sscanf(line, "Threads: %d", &count);
    fclose(file);
    return count;
}

static void second_opening(void) {
    tel_config config = check_config();
    CHECK_STATUS(tel_open(&config), TEL_OK);
    config.flags |= TEL_ROTATE;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    CHECK(threads() == 2);
    pid_t child = fork();
    if (child == 0) {
        CHECK(threads() == 1);
        CHECK_STATUS(tel_rotate(), TEL_OK);
        CHECK(threads() == 2);
        _exit(0);
    }
    wait_well(child);
}

/* ---- Forks while reports are made: a child that lives long must not keep the
 * report lock, or there would be no more reports */

static void *reporter(void *unused) {
    (void)unused;
    while (!stop) {
        tel_status status = tel_flush_report(0);
        CHECK(status == TEL_OK || status == TEL_E_BUSY);
        tel_counter_inc("r/name");
    }
    return NULL;
}

static void reporters(void) {
    enum { CHILDREN = 60 };
    pthread_t threads[3];
    pid_t children[CHILDREN];
    char name[40];
    open_with_clock();
    for (int n = 0; n < 900; n++) { /* so that a run takes a moment */
        snprintf(name, sizeof name, "r/%d", n);
        tel_counter_inc(name);
    }
    seconds += 7 * 86400;
    for (int n = 0; n < 3; n++) CHECK(pthread_create(&threads[n], NULL, reporter, NULL) == 0);
    for (int n = 0; n < CHILDREN; n++) {
        usleep(500);
        children[n] = fork();
        if (children[n] == 0) {
            pause();
            _exit(0);
        }
    }
    stop = 1;
    for (int n = 0; n < 3; n++) pthread_join(threads[n], NULL);
    tel_status status = tel_flush_report(0);
    for (int n = 0; n < CHILDREN; n++) {
        kill(children[n], SIGKILL);
        waitpid(children[n], NULL, 0);
    }
    CHECK_STATUS(status, TEL_OK);
}

/* ---- Hosts that close what they do not know */

static int open_descriptors(void) {
    int count = 0;
    for (int fd = 3; fd < 1024; fd++) count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void descriptors(void) {
    int before = open_descriptors();
    open_with_clock();
    tel_counter_inc("d/name");
    CHECK(open_descriptors() == before); /* none is kept */
    for (int fd = 3; fd < 1024; fd++) close(fd);
    char name[200];
    for (int n = 0; n < 900; n++) { /* the file grows */
        snprintf(name, sizeof name, "d/%0150d", n);
        tel_counter_inc(name);
    }
    seconds += 7 * 86400;
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_counter_inc("d/name");
    CHECK_STATUS(tel_flush_report(0), TEL_OK);
    /* Nor is a descriptor that the host opened since taken for libtel's own. */
    int mine[2];
    CHECK(pipe(mine) == 0);
    tel_close();
    CHECK(write(mine[1], "x", 1) == 1);
    CHECK(open_descriptors() == 2);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const struct { const char *name; void (*run)(void); } cases[] = {
        {"children", children}, {"before-open", before_open}, {"outlives", outlives}, {"killed", killed},
        {"while-busy", while_busy}, {"reporters", reporters}, {"off-in-a-child", off_in_a_child}, {"second-opening", second_opening}, {"loggers", loggers}, {"descriptors", descriptors},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) return cases[i].run(), 0;
    }
    return 2;
}
