/* Many threads count while the weeks go by. Prints what must be found on disk,
 * "name n" a line; test_threads.py reads the files. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "check.h"

enum { THREADS = 4, DAY = 86400 };

static _Atomic(int64_t) seconds = 1790000000; /* September 2026 */
static int64_t now(void) { return seconds; }

static pthread_barrier_t start;

static void sleep_ms(int ms) {
    struct timespec time = {0, ms * 1000000L};
    nanosleep(&time, NULL);
}

static void in_threads(int count, void *(*body)(void *)) {
    pthread_t threads[16];
    pthread_barrier_init(&start, NULL, (unsigned)count);
    for (intptr_t i = 0; i < count; i++) CHECK(pthread_create(&threads[i], NULL, body, (void *)i) == 0);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static void open_with_clock(uint32_t max_names) {
    tel_config config = check_config();
    config.now = now;
    config.max_names = max_names;
    CHECK_STATUS(tel_open(&config), TEL_OK);
}

/* ---- Adds by name and by handle, with rotations */

enum { ROUND = 7000, NAMED = ROUND / 100, WEEKS = 10 };
static tel_counter *shared;
static tel_histogram *histogram;
static _Atomic(int) weeks;
static int rounds[THREADS];

static void count_a_round(int thread) {
    char name[40];
    for (int n = 0; n < ROUND; n++) {
        tel_counter_inc("t/name");
        tel_add(shared, 3);
        tel_histogram_record(histogram, (uint64_t)n);
        if (n % 100 == 0) {
            snprintf(name, sizeof name, "t/%d/%d", thread, n / 100);
            tel_counter_inc(name);
            snprintf(name, sizeof name, "t/both/%d", n / 100);
            tel_add(tel_counter_named(name), 2);
        }
    }
}

/* As many rounds as the weeks take to go by. */
static void *adder_or_rotator(void *number) {
    int thread = (int)(intptr_t)number;
    pthread_barrier_wait(&start);
    if (thread == THREADS) {
        for (; weeks < WEEKS; weeks++) {
            sleep_ms(5);
            seconds += 7 * DAY;
            CHECK_STATUS(tel_rotate(), TEL_OK);
        }
    } else {
        for (; rounds[thread] == 0 || weeks < WEEKS; rounds[thread]++) count_a_round(thread);
    }
    return NULL;
}

static void adds(void) {
    const uint64_t bound = 100;
    int all = 0;
    open_with_clock(0);
    shared = tel_counter_named("t/handle");
    CHECK_STATUS(tel_histogram_named(&histogram, "t/histogram", TEL_UNIT_NONE, &bound, 1), TEL_OK);
    in_threads(THREADS + 1, adder_or_rotator);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    for (int thread = 0; thread < THREADS; thread++) {
        all += rounds[thread];
        for (int n = 0; n < NAMED; n++) printf("t/%d/%d %d\n", thread, n, rounds[thread]);
    }
    printf("t/name %d\nt/handle %d\n", all * ROUND, all * ROUND * 3);
    printf("t/histogram:<100 %d\nt/histogram:<inf %d\n", all * 100, all * (ROUND - 100));
    for (int n = 0; n < NAMED; n++) printf("t/both/%d %d\n", n, all * 2);
}

/* ---- Everything at once: slow calls of all kinds beside the adds */

static uint64_t seen;
static tel_status see(void *context, const char *name, uint64_t value) {
    (void)name;
    *(uint64_t *)context += value;
    return TEL_OK;
}

static void *slow_caller(void *number) {
    uint64_t value, sum = 0;
    tel_visitor visitor = {.size = sizeof visitor, .context = &sum, .counter = see};
    pthread_barrier_wait(&start);
    for (int turn = 0; turn < 40; turn++) {
        switch ((turn + (int)(intptr_t)number) % 8) {
        case 0: seconds += DAY; (void)tel_rotate(); break;
        case 1: (void)tel_flush_report(0); break;
        case 2: (void)tel_counter_read("t/name", &value); break;
        case 3: (void)tel_report_visit(NULL, &visitor); break;
        case 4: CHECK(tel_directory()[0] == '/'); break;
        case 5: CHECK(strstr(tel_counter_file(), ".v1.count") != NULL); break;
        case 6: CHECK_STATUS(tel_set_mode(turn % 2 ? TEL_MODE_ON : TEL_MODE_LOCAL), TEL_OK); break;
        case 7: CHECK(tel_get_mode() != TEL_MODE_OFF); break;
        }
        for (int n = 0; n < 500; n++) {
            tel_counter_inc("t/name");
            tel_add(shared, 2);
        }
    }
    seen = sum;
    return NULL;
}

static void mixture(void) {
    open_with_clock(0);
    shared = tel_counter_named("t/handle");
    in_threads(THREADS, slow_caller);
    printf("t/name %d\nt/handle %d\n", THREADS * 40 * 500, THREADS * 40 * 500 * 2);
}

/* ---- The same names in all threads */

enum { NAMES = 800 };
static tel_counter *handles[THREADS][NAMES];

static void *namer(void *number) {
    char name[40];
    pthread_barrier_wait(&start);
    for (int n = 0; n < NAMES; n++) {
        snprintf(name, sizeof name, "same/%d", n);
        handles[(intptr_t)number][n] = tel_counter_named(name);
        tel_add(handles[(intptr_t)number][n], 1);
    }
    return NULL;
}

static void same_names(int is_open) {
    if (is_open) open_with_clock(0);
    in_threads(THREADS, namer);
    if (!is_open) open_with_clock(0);
    for (int n = 0; n < NAMES; n++) {
        for (int thread = 1; thread < THREADS; thread++) CHECK(handles[thread][n] == handles[0][n]);
        printf("same/%d %d\n", n, THREADS);
    }
}
static void same_names_open(void) { same_names(1); }
static void same_names_before(void) { same_names(0); }

/* ---- The file grows under load */

enum { MANY = 6000 };
static void *filler(void *number) {
    char name[200];
    pthread_barrier_wait(&start);
    for (int n = 0; n < MANY; n++) {
        snprintf(name, sizeof name, "grow/%0*d", 1 + n % 150, n);
        tel_counter_inc(name);
        if (n % 3 == 0) {
            snprintf(name, sizeof name, "own/%d/%d", (int)(intptr_t)number, n);
            tel_counter_inc(name);
        }
    }
    return NULL;
}

static void grows(void) {
    open_with_clock(100000);
    in_threads(THREADS, filler);
    for (int n = 0; n < MANY; n++) {
        printf("grow/%0*d %d\n", 1 + n % 150, n, THREADS);
        for (int thread = 0; thread < THREADS && n % 3 == 0; thread++) printf("own/%d/%d 1\n", thread, n);
    }
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const struct { const char *name; void (*run)(void); } cases[] = {
        {"adds", adds}, {"mixture", mixture}, {"same-names-open", same_names_open}, {"same-names-before", same_names_before}, {"grows", grows},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) return cases[i].run(), 0;
    }
    return 2;
}
