/* crash.c - a program that crashes, and whose crash is counted by the next report.
 *
 *     cc -o crash crash.c $(pkg-config --cflags --libs tel)
 *     ./crash
 *     tel report
 *     tel dump
 *
 * It ends as it would without libtel: of SIGSEGV. What is counted are the
 * functions on the way there: crash/crash, crash.length, crash.measure, crash.main. */
#include <stdio.h>
#include <tel.h>

#define OUT_OF_LINE __attribute__((noinline))

static OUT_OF_LINE int length(const volatile char *text) {
    int count = 0;
    while (text[count]) count++;
    return count;
}

static OUT_OF_LINE int measure(const char *text) {
    int count = length(text);
    printf("%d\n", count);
    return count;
}

int main(int argc, char **argv) {
    tel_open(NULL);
    tel_crash_watch(0);
    return measure(argc > 1 ? argv[1] : NULL) < 0;
}
