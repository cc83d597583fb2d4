/* sort.c - counts comparisons of qsort, which cannot be edited and whose callback
 * has no place for a context.
 *
 *     cc -o sort sort.c $(pkg-config --cflags --libs tel)
 *     printf '%s\n' pear apple fig | ./sort
 *     tel dump
 *
 * A probe that only counts is a stub: it adds and jumps. Where it cannot be made,
 * the program sorts all the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel.h>

typedef int compare(const void *, const void *);

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void) {
    static char *lines[10000], text[256];
    size_t count = 0;
    tel_open(NULL);

    compare *comparing = by_text;
    tel_probe *probe;
    if (tel_probe_new(&probe, "sort/compare", "i(PP)", (tel_function)by_text, 0) == TEL_OK) comparing = (compare *)tel_probe_function(probe);

    while (count < 10000 && fgets(text, sizeof text, stdin)) {
        lines[count] = malloc(strlen(text) + 1);
        if (!lines[count]) return 1;
        strcpy(lines[count++], text);
    }
    qsort(lines, count, sizeof *lines, comparing);
    for (size_t at = 0; at < count; at++) fputs(lines[at], stdout);
    return 0;
}
