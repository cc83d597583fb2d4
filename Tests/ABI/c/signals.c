/* A timer's handler counts whatever the main thread is doing, libtel's own
 * functions included. Prints what must be found on disk. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "check.h"

static volatile sig_atomic_t handled;
static tel_counter *handle;
static tel_histogram *histogram;
static int64_t seconds = 1790000000;
static int64_t now(void) { return seconds; }

enum { NEW = 300 };

/* Without printf, which a handler must not call. */
static void number(char *text, int n) {
    text[0] = (char)('0' + n / 100), text[1] = (char)('0' + n / 10 % 10), text[2] = (char)('0' + n % 10), text[3] = 0;
}

static void handler(int signal) {
    (void)signal;
    int error = errno;
    errno = 4711;
    char name[] = "s/new/000";
    number(name + 6, handled % NEW);
    tel_counter_inc("s/known");
    tel_counter_add(name, 2);
    tel_add(handle, 1);
    tel_histogram_record(histogram, 50);
    (void)tel_version();
    (void)tel_status_name(TEL_E_IO);
    if (handled % 5 == 0) tel_counter_inc("bad name");
    if (errno != 4711) _exit(3);
    handled = handled + 1;
    errno = error;
}

static void timer(long microseconds) {
    struct itimerval every = {{0, microseconds}, {0, microseconds}};
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
}

static void tell(int rounds) {
    int signals = handled;
    printf("s/known %d\ns/handle %d\ns/histogram:<100 %d\ntel/dropped:name %d\n", rounds + signals, rounds + signals, rounds + signals, (signals + 4) / 5);
    for (int n = 0; n < NEW; n++) {
        int value = (rounds - n + NEW - 1) / NEW + (signals - n + NEW - 1) / NEW * 2;
        if (value) printf("s/new/%03d %d\n", n, value);
    }
}

static void round_of(int n) {
    char name[] = "s/new/000";
    number(name + 6, n % NEW);
    tel_counter_inc("s/known");
    tel_counter_inc(name);
    tel_add(handle, 1);
    tel_histogram_record(histogram, 5);
    if (n % 10 == 0) (void)tel_counter_named(name);
}

/* At least so many signals, and not for ever. */
static int rounds_until(int rounds, int signals, int slow) {
    do {
        round_of(rounds++);
        if (slow && rounds % 50 == 0) {
            if (rounds % 20000 == 0) seconds += 7 * 86400;
            CHECK_STATUS(tel_rotate(), TEL_OK);
            (void)tel_counter_file();
        }
    } while (handled < signals && rounds < 50000000);
    return rounds;
}

/* What sanitizers see is ordinary Swift, whose runtime holds a lock while it makes
 * a generic type for the first time: a handler that came just then would wait for
 * it for ever. So they meet each type before the first signal. What ships has no
 * such runtime, and is interrupted in its first count too. */
static int rounds_before_signals(const tel_config *config) {
    int rounds = 0;
#ifdef SANITIZED
    for (int state = 0; state < 3; state++) { /* before tel_open, open, closed */
        if (state == 1) CHECK_STATUS(tel_open(config), TEL_OK);
        if (state == 2) tel_close();
        for (int n = 0; n < 10; n++) round_of(rounds++), handler(SIGALRM);
    }
#else
    (void)config;
#endif
    return rounds;
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const uint64_t bound = 100;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    tel_config config = check_config();
    config.now = now;
    handle = tel_counter_named("s/handle");
    CHECK_STATUS(tel_histogram_named(&histogram, "s/histogram", TEL_UNIT_NONE, &bound, 1), TEL_OK);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    int rounds = rounds_before_signals(&config);
    if (strcmp(arguments[1], "open") == 0) {
        CHECK_STATUS(tel_open(&config), TEL_OK);
        timer(200);
        rounds = rounds_until(rounds, 3000, 0);
    } else if (strcmp(arguments[1], "slow") == 0) {
        CHECK_STATUS(tel_open(&config), TEL_OK);
        timer(200);
        rounds = rounds_until(rounds, 3000, 1);
    } else { /* from before tel_open until after it */
        timer(100);
        rounds = rounds_until(rounds, 500, 0);
        CHECK_STATUS(tel_open(&config), TEL_OK);
        do round_of(rounds++);
        while (handled < 1000);
        tel_close();
        do round_of(rounds++);
        while (handled < 1500);
        CHECK_STATUS(tel_open(&config), TEL_OK);
    }
    timer(0);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tell(rounds);
    return 0;
}
