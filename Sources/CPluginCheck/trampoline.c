/* tel.trampoline/1: functions that are made, called, watched and freed. */
#define _GNU_SOURCE
#include "trial.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Without the last member it is one of an older plugin. */
static const tel_trampoline *table(const trial *trial) { return trial_table(trial, TEL_TRAMPOLINE, offsetof(tel_trampoline, watch)); }

static bool can_watch(const tel_trampoline *table) { return table->size >= sizeof *table && table->watch != NULL; }

static void check_table(trial *trial) {
    const tel_trampoline *trampoline = table(trial);
    REQUIRE(trampoline->make && trampoline->free, "its tel_trampoline has no function %s", trampoline->make ? "free" : "make");
    char said[300] = "";
    REQUIRE(manifest_value(trial->path, "offers", said, sizeof said) && strstr(said, TEL_TRAMPOLINE), "its manifest has no line \"offers %s\": nobody finds it", TEL_TRAMPOLINE);
    say_ok("makes functions%s", can_watch(trampoline) ? " and watches them" : "");
}

/* ---- Targets -------------------------------------------------------------------- */

static int add(int a, int b) { return a + b; }
static double mix(double a, int b, float c, double d) { return a * b + (double)c - d; }
static long long widths(signed char a, short b, int c, long d, long long e, unsigned char f) { return a + b + c + d + e + f; }
static void *same(void *pointer) { return pointer; }
static void fail(int number) { errno = number; }
static int many(int a, int b, int c, int d, int e, int f, int g, int h, int i) { return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i; }

typedef union function {
    tel_function any;
    int (*add)(int, int);
    double (*mix)(double, int, float, double);
    long long (*widths)(signed char, short, int, long, long long, unsigned char);
    void *(*same)(void *);
    void (*fail)(int);
    int (*many)(int, int, int, int, int, int, int, int, int);
} function;

typedef struct calls {
    unsigned before, after, unwound;
    int64_t result;
    int32_t error;
    bool had_result;
} calls;

/* They do what a host does, and spoil errno on the way. */
static void before(void *context) { ((calls *)context)->before++, errno = EDOM; }
static void after(void *context) { ((calls *)context)->after++, errno = EDOM; }
static void begin_call(tel_call *call) { ((calls *)call->context)->before++, errno = EDOM; }
static void end_call(tel_call *call) {
    calls *own = call->context;
    own->after++;
    own->error = call->error;
    own->had_result = call->result != NULL;
    if (call->result) memcpy(&own->result, call->result, sizeof own->result);
    errno = EDOM;
}
static void unwound(tel_call *call) { ((calls *)call->context)->unwound++; }

typedef struct made {
    function entry;
    void    *handle;
} made;

static made make(const trial *trial, const char *signature, tel_function target, calls *seen, bool watches) {
    const tel_trampoline *trampoline = table(trial);
    made result = {.handle = NULL};
    tel_status status = watches ? trampoline->watch(trial->state, signature, target, begin_call, end_call, unwound, seen, &result.entry.any, &result.handle)
                                : trampoline->make(trial->state, signature, target, before, after, seen, &result.entry.any, &result.handle);
    REQUIRE(status == TEL_OK && result.entry.any, "it makes no function of the signature %s: %s", signature, status_name(status));
    return result;
}

static void unmake(const trial *trial, made *function) { table(trial)->free(trial->state, function->handle); }

/* ---- Checks ---------------------------------------------------------------------- */

static void call_all(const trial *trial, bool watches) {
    calls seen = {0};
    made sum = make(trial, "i(ii)", (function){.add = add}.any, &seen, watches), mixed = make(trial, "d(difd)", (function){.mix = mix}.any, &seen, watches);
    made wide = make(trial, "q(bhilqB)", (function){.widths = widths}.any, &seen, watches), pointer = make(trial, "P(P)", (function){.same = same}.any, &seen, watches);
    made nine = make(trial, "i(9i)", (function){.many = many}.any, &seen, watches);
    REQUIRE(sum.entry.add(-7, 12) == 5 && sum.entry.add(2147483647, -1) == 2147483646, "a function i(ii) does not return what its target does");
    REQUIRE(mixed.entry.mix(1.5, -4, 0.25f, 1e300) == mix(1.5, -4, 0.25f, 1e300), "a function d(difd) does not return what its target does");
    REQUIRE(wide.entry.widths(-1, -2, -3, -4, -5, 250) == 235, "a function q(bhilqB) does not return what its target does");
    REQUIRE(pointer.entry.same(&seen) == &seen && pointer.entry.same(NULL) == NULL, "a function P(P) does not return what its target does");
    REQUIRE(nine.entry.many(1, 2, 3, 4, 5, 6, 7, 8, 9) == 285, "a function i(9i) does not return what its target does");
    REQUIRE(seen.before == 7 && seen.after == 7 && seen.unwound == 0, "7 calls have called before %u times and after %u times", seen.before, seen.after);
    made all[] = {sum, mixed, wide, pointer, nine};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) unmake(trial, &all[i]);
}

static void check_calls(trial *trial) {
    call_all(trial, false);
    say_ok("5 signatures");
}

static void check_errno(trial *trial) {
    for (int watches = 0; watches <= can_watch(table(trial)); watches++) {
        calls seen = {0};
        made failing = make(trial, "v(i)", (function){.fail = fail}.any, &seen, watches);
        errno = 0;
        failing.entry.fail(ENOENT);
        REQUIRE(errno == ENOENT, "the target has left errno %d, and a call leaves %d", ENOENT, errno);
        unmake(trial, &failing);
    }
    say_ok("as the target leaves it");
}

static void check_watch(trial *trial) {
    if (!can_watch(table(trial))) say_not_tried("it does not watch calls");
    call_all(trial, true);
    calls seen = {0};
    made sum = make(trial, "i(ii)", (function){.add = add}.any, &seen, true), failing = make(trial, "v(i)", (function){.fail = fail}.any, &seen, true);
    sum.entry.add(1, -8);
    REQUIRE(seen.had_result && seen.result == -7, "the target has returned -7, and after is told %lld", (long long)seen.result);
    failing.entry.fail(EPERM);
    REQUIRE(!seen.had_result, "a target that returns nothing has a result");
    REQUIRE(seen.error == EPERM, "the target has left errno %d, and after is told %d", EPERM, (int)seen.error);
    unmake(trial, &sum);
    unmake(trial, &failing);
    say_ok("results and errno");
}

/* libtel has looked at signatures, but who else calls may not have. */
static void check_signatures(trial *trial) {
    static const char *const wrong[] = {"", "i", "i(", "i(i", "i)i(", "x(i)", "i(y)", "v(v)", "i(0i)", "i(99999999999i)", "i(T{)", "i(T{}})", "i(i)i", "(i)", "T"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        made result = {.handle = NULL};
        calls seen = {0};
        tel_status status = table(trial)->make(trial->state, wrong[i], (function){.add = add}.any, before, after, &seen, &result.entry.any, &result.handle);
        REQUIRE(is_status(status), "for the signature \"%s\" it answers %d, which is no status", wrong[i], (int)status);
        REQUIRE(status != TEL_OK, "it makes a function of \"%s\", which is no signature", wrong[i]);
        REQUIRE(result.entry.any == NULL && result.handle == NULL, "it refuses the signature \"%s\", and stores a function all the same", wrong[i]);
    }
    say_ok("%zu that are none are refused", sizeof wrong / sizeof *wrong);
}

static void *use(void *given) {
    for (int i = 0; i < 200; i++) {
        calls seen = {0};
        made sum = make(given, "i(ii)", (function){.add = add}.any, &seen, false);
        REQUIRE(sum.entry.add(i, 1) == i + 1 && seen.before == 1, "made and called in several threads, a function is another thread's");
        unmake(given, &sum);
    }
    return NULL;
}

static void check_threads(trial *trial) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, use, trial) == 0, "there are no threads");
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    say_ok("8 at once");
}

static bool is_writable_code(void) {
    char line[4200], rights[5];
    FILE *maps = fopen("/proc/self/maps", "r");
    bool found = false;
    while (maps && fgets(line, sizeof line, maps)) found |= sscanf(line, "%*s %4s", rights) == 1 && rights[1] == 'w' && rights[2] == 'x';
    if (maps) fclose(maps);
    return found;
}

static void check_pages(trial *trial) {
    if (is_writable_code()) say_not_tried("this process has such pages before");
    calls seen = {0};
    made sum = make(trial, "i(ii)", (function){.add = add}.any, &seen, false);
    sum.entry.add(1, 2);
    REQUIRE(!is_writable_code(), "a page can be written to and executed at once");
    unmake(trial, &sum);
    say_ok("none can be written to and executed at once");
}

/* For valgrind. */
static void check_memory(trial *trial) {
    call_all(trial, false);
    if (can_watch(table(trial))) call_all(trial, true);
    trial_stop(trial);
}

const suite trampoline_suite = {
    TEL_TRAMPOLINE, true, (const check[]){
        {"table", check_table, true, false},
        {"calls", check_calls, false, false},
        {"errno", check_errno, false, false},
        {"watch", check_watch, false, false},
        {"signatures", check_signatures, false, false},
        {"threads", check_threads, false, false},
        {"pages", check_pages, false, false},
        {"memory", check_memory, false, true},
        {0},
    }};
