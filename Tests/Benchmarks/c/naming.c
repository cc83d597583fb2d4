/* naming.c - a count by name beside what a look-up must do at least: measure
 * the name and compare it with the one that is stored: naming TIMES DIRECTORY */
#include "timing.h"
#include "names.h"

static struct names few, many;

/* Through pointers that the compiler does not see through: glibc's own. */
static size_t (*volatile length_of)(const char *) = strlen;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;
static volatile int different;

LOOP count_few(long times) { WITH_NAMES(few, name, place, times, tel_counter_inc(name)); }
LOOP count_many(long times) { WITH_NAMES(many, name, place, times, tel_counter_inc(name)); }
LOOP touch_few(long times) { WITH_NAMES(few, name, place, times, different = compare(name, few.stored[place], length_of(name))); }
LOOP touch_many(long times) { WITH_NAMES(many, name, place, times, different = compare(name, many.stored[place], length_of(name))); }

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    open_in(argv[2]);
    few = names_of(100);
    many = names_of(5000);
    const struct timed with_few[] = {{"touch-100", touch_few}, {"count-100", count_few}};
    const struct timed with_many[] = {{"touch-5000", touch_many}, {"count-5000", count_many}};
    count_few(few.count);
    in_turns(with_few, 2, atol(argv[1]));
    count_many(many.count);
    in_turns(with_many, 2, atol(argv[1]));
    return 0;
}
