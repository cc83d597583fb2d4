/* calls WHAT: probes of functions that do odd things; prints what they return. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tel.h"

static void *made_of(const char *name, const char *signature, void *target, uint32_t flags) {
    tel_probe *probe;
    if (tel_probe_new(&probe, name, signature, (tel_function)target, flags) != TEL_OK) {
        printf("%s\n", tel_error_message());
        exit(1);
    }
    return (void *)tel_probe_function(probe);
}

/* ---- Results ---------------------------------------------------------------- */

static int as_int(int n) { return n; }
static unsigned as_unsigned(unsigned n) { return n; }
static unsigned char as_byte(int n) { return (unsigned char)n; }
static void *as_pointer(void *p) { return p; }
static bool as_bool(int n) { return n; }
static double as_double(double n) { return n; }
static float as_float(float n) { return n; }
static long double as_long_double(long double n) { return n; }
static signed char as_small(int n) { return (signed char)n; }

static void results(void) {
    int (*i)(int) = made_of("int", "i(i)", as_int, TEL_PROBE_RESULT);
    i(1), i(0), i(-1);
    unsigned (*u)(unsigned) = made_of("unsigned", "I(I)", as_unsigned, TEL_PROBE_RESULT);
    u(0), u(0x80000000), u(0xffffffff);
    unsigned char (*b)(int) = made_of("byte", "B(i)", as_byte, TEL_PROBE_RESULT);
    b(0), b(200), b(255);
    void *(*p)(void *) = made_of("pointer", "P(P)", as_pointer, TEL_PROBE_RESULT);
    p(&p), p(NULL), p((void *)-1);
    bool (*o)(int) = made_of("bool", "?(i)", as_bool, TEL_PROBE_RESULT);
    o(1), o(2), o(0);
    double (*d)(double) = made_of("double", "d(d)", as_double, TEL_PROBE_RESULT);
    d(0), d(-0.5), d(0.0 / 0.0);
    float (*f)(float) = made_of("float", "f(f)", as_float, TEL_PROBE_RESULT);
    f(1), f(2), f(-1);
    long double (*g)(long double) = made_of("long-double", "g(g)", as_long_double, TEL_PROBE_RESULT);
    g(1), g(-1), g(-2);
    signed char (*s)(int) = made_of("small", "b(i)", as_small, TEL_PROBE_RESULT);
    s(127), s(128), s(-1);
    int (*list)(int) = made_of("list", "i{0=ok,101=done,-7=error,5=ok,*=other}(i)", as_int, TEL_PROBE_RESULT);
    list(0), list(5), list(101), list(-7), list(9), list(-9);
    int (*some)(int) = made_of("some", "i{0=none}(i)", as_int, TEL_PROBE_RESULT);
    some(0), some(1), some(2);
}

/* ---- errno ------------------------------------------------------------------ */

static int failing(int number) {
    if (number == 0) return 0;
    if (number > 0) errno = number;
    return -1;
}

static int seen;
static int looking(int n) { seen = errno; return n; }

static void errors(void) {
    int (*f)(int) = made_of("call", "i(i)", failing, TEL_PROBE_ERRNO | TEL_PROBE_RESULT | TEL_PROBE_LATENCY);
    errno = EBADF;
    f(0);
    printf("%d\n", errno == EBADF);
    f(ENOENT);
    f(ENOENT);
    f(0);
    printf("%d\n", errno == ENOENT);
    errno = 0;
    f(-1);
    printf("%d\n", errno == 0);
    f(4000);
    printf("%d\n", errno);
    int (*listed)(int) = made_of("listed", "i{-1=retry,*=error}(i)", failing, TEL_PROBE_ERRNO);
    listed(EAGAIN);
    int (*look)(int) = made_of("look", "i(i)", looking, TEL_PROBE_LATENCY);
    errno = 42;
    look(1);
    printf("%d %d\n", seen, errno);
    int (*stub)(int) = made_of("stub", "i(i)", looking, 0);
    errno = 43;
    stub(1);
    printf("%d %d\n", seen, errno);
}

/* ---- longjmp and threads that end -------------------------------------------- */

static jmp_buf place;
static int jump(int n) { if (n) longjmp(place, n); return 0; }
static int nothing(int n) { return n; }

static int (*inner)(int);
static int outer_body(int n) {
    volatile char room[2000];
    room[n] = 1;
    if (setjmp(place) == 0) inner(1);
    return room[n];
}

static void jumps(uint32_t flags) {
    inner = made_of("jump", "i(i)", jump, flags);
    int (*outer)(int) = made_of("outer", "i(i)", outer_body, flags);
    int (*other)(int) = made_of("other", "i(i)", nothing, flags);
    for (int i = 0; i < 5; i++) printf("%d ", outer(7));  /* the return of outer shows it */
    if (setjmp(place) == 0) inner(2);
    printf("%d ", other(3));                              /* a call where it was */
    if (setjmp(place) == 0) inner(3);
    printf("%d\n", inner(0));
}

static void *(*ends)(void *);
static void *ending(void *n) { pthread_exit(n); }
static void *thread(void *n) { return ends(n); }
static void *waiting(void *n) { for (;;) sleep(1); return n; }

static void threads(uint32_t flags) {
    pthread_t id;
    void *result;
    ends = made_of("exit", "P(P)", ending, flags);
    pthread_create(&id, NULL, thread, (void *)5);
    pthread_join(id, &result);
    printf("%ld\n", (long)result);
    ends = made_of("cancel", "P(P)", waiting, flags);
    pthread_create(&id, NULL, thread, NULL);
    usleep(50000);
    pthread_cancel(id);
    pthread_join(id, &result);
    printf("%d\n", result == PTHREAD_CANCELED);
}

/* ---- Latency, depth ---------------------------------------------------------- */

static int (*again)(int);
static int descend(int n) { return n > 0 ? again(n - 1) + 1 : 0; }

static void deep(uint32_t flags) {
    again = made_of("deep", "i(i)", descend, flags);
    printf("%d\n", again(500));
}

static void *pause_for(void *ms) { usleep((useconds_t)(long)ms * 1000); return ms; }

static void latency(void) {
    void *(*f)(void *) = made_of("pause", "P(P)", pause_for, TEL_PROBE_LATENCY);
    f((void *)0), f((void *)15), f((void *)60);
}

/* ---- Stubs ------------------------------------------------------------------- */

static void variadic(void) {
    int (*print)(char *, size_t, const char *, ...) = made_of("print", "i(PNP...)", snprintf, 0);
    char text[200];
    int count = print(text, sizeof text, "%d %s %.2f %Lg %g %g %g %g %g %g %g %g", 7, "seven", 7.5, 2.5L, 1., 2., 3., 4., 5., 6., 7., 8.);
    printf("%d %s\n", count, text);
}

static void saturated(void) {
    int (*f)(int) = made_of("full", "i(i)", nothing, 0);
    tel_counter_add("full", UINT64_MAX - 1);
    uint64_t value;
    for (int i = 0; i < 4; i++) {
        f(1);
        tel_counter_read("full", &value);
        printf("%d ", value == UINT64_MAX);
    }
    printf("\n");
}

static int64_t clock_now = 1795687200;    /* 2026-11-26 */
static int64_t now(void) { return clock_now; }

static void rotation(const char *directory) {
    tel_config config = TEL_INIT(tel_config);
    config.directory = directory;
    config.now = now;
    config.flags = TEL_NO_REPORT;
    tel_open(&config);
    int (*stub)(int) = made_of("stub", "i(i)", nothing, 0);
    int (*watched)(int) = made_of("watched", "i(i)", nothing, TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
    stub(1), watched(1);
    clock_now += 8 * 86400;
    tel_rotate();
    stub(1), stub(1), watched(1), watched(1);
}

static void late(void) {
    tel_probe *probe;
    tel_probe_new(&probe, "late", "i(i)", (tel_function)nothing, 0);
    int (*f)(int) = (int (*)(int))tel_probe_function(probe);
    tel_probe_free(probe);
    for (int i = 0; i < 1000; i++) {
        tel_probe *next;
        tel_probe_new(&next, "next", "i(i)", (tel_function)failing, 0);
        tel_probe_free(next);
    }
    printf("%d\n", f(9));
}

/* ---- What is no probe ----------------------------------------------------- */

static void refused(void) {
    tel_probe *probe = (tel_probe *)&refused;
    tel_function target = (tel_function)nothing;
    printf("%d %s\n", tel_probe_new(NULL, "a", "i(i)", target, 0), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, NULL, "i(i)", target, 0), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, "a", NULL, target, 0), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, "a", "i(i)", NULL, 0), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, "a:b", "i(i)", target, TEL_PROBE_LATENCY), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, "a", "i(i...)", target, TEL_PROBE_LATENCY), tel_error_message());
    printf("%d %s\n", tel_probe_new(&probe, "a", "i(i", target, 0), tel_error_message());
    printf("%d\n", probe == (tel_probe *)&refused && tel_probe_function(NULL) == NULL);
    tel_probe_free(NULL);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "";
    uint32_t flags = count > 2 ? (uint32_t)atoi(arguments[2]) : 0;
    const char *directory = getenv("TEL_DIR");
    setvbuf(stdout, NULL, _IONBF, 0);
    if (strcmp(what, "rotation") == 0) return rotation(directory), 0;
    tel_open(NULL);
    if (strcmp(what, "results") == 0) results();
    else if (strcmp(what, "errors") == 0) errors();
    else if (strcmp(what, "jumps") == 0) jumps(flags);
    else if (strcmp(what, "threads") == 0) threads(flags);
    else if (strcmp(what, "deep") == 0) deep(flags);
    else if (strcmp(what, "latency") == 0) latency();
    else if (strcmp(what, "variadic") == 0) variadic();
    else if (strcmp(what, "saturated") == 0) saturated();
    else if (strcmp(what, "late") == 0) late();
    else if (strcmp(what, "refused") == 0) refused();
    else return 2;
    return 0;
}
