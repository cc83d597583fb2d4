/* naming.c - a count by name beside what a look-up must do at least: measure
 * the name and compare it with the one that is stored:
 *     naming TIMES DIRECTORY NAMES */
#include "names.h"

/* Through pointers that the compiler does not see through: glibc's own. */
static size_t (*volatile length_of)(const char *) = strlen;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;
static volatile int different;

LOOP count(long times) { WITH_NAMES(name, place, times, tel_counter_inc(name)); }
LOOP touch(long times) { WITH_NAMES(name, place, times, different = compare(name, names.stored[place], length_of(name))); }

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    open_in(argv[2]);
    make_names(atol(argv[3]));
    count_first(tel_counter_inc);
    const struct timed cases[] = {{"touch", touch}, {"count", count}};
    in_turns(cases, 2, atol(argv[1]));
    return 0;
}
