/* test_counts.c - a unit test of what a program counts.
 *
 *     cc -o test_counts test_counts.c $(pkg-config --cflags --libs tel)
 *     ./test_counts
 *
 * The functions at the top stand for the program; the tests below for its
 * tests. The user's own counts are not touched.
 */
#include <stdio.h>
#include <string.h>
#include <tel.h>
#include <tel/testing.h>

/* ---- The program */

/* Counts the kind of a document, one of a closed list: never its name. */
static void open_document(const char *path) {
    static const struct { const char *suffix, *counter; } kinds[] = {
        {".txt", "editor/open:text"},
        {".md", "editor/open:markdown"},
    };
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(suffix, kinds[i].suffix) == 0) {
            /* tel-lint: one of editor/open:{text,markdown} */
            tel_counter_inc(kinds[i].counter);
            return;
        }
    }
    tel_counter_inc("editor/open:other");
}

/* ---- The tests */

static void test_documents_are_counted_by_kind(tel_testing *test) {
    open_document("notes.txt");
    open_document("todo.txt");
    open_document("README.md");
    open_document("Makefile");
    tel_testing_expect(test, "editor/open:text", 2);
    tel_testing_expect(test, "editor/open:markdown", 1);
    tel_testing_expect(test, "editor/open:other", 1);
}

static void test_a_new_week_begins_at_zero(tel_testing *test) {
    open_document("notes.txt");
    tel_testing_expect(test, "editor/open:text", 1);
    tel_testing_advance(test, TEL_TESTING_WEEK);
    tel_testing_expect(test, "editor/open:text", 0);
    open_document("notes.txt");
    tel_testing_expect(test, "editor/open:text", 1);
}

int main(void) {
    static void (*const tests[])(tel_testing *) = {test_documents_are_counted_by_kind, test_a_new_week_begins_at_zero};
    int failed = 0;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tel_testing test; /* a fresh directory for each: no test sees another's counts */
        if (tel_testing_begin(&test)) tests[i](&test);
        failed |= tel_testing_end(&test);
    }
    puts(failed ? "FAILED" : "ok");
    return failed;
}
