// labels.cpp - prometheus-cpp: a counter of a family by its label, with the
// same names as naming.c: labels TIMES
#include "timing.h"
#include "names.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

static names few, many;
static prometheus::Family<prometheus::Counter> *family;

LOOP count_few(long times) { WITH_NAMES(few, name, place, times, family->Add({{"name", name}}).Increment()); }
LOOP count_many(long times) { WITH_NAMES(many, name, place, times, family->Add({{"name", name}}).Increment()); }

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    prometheus::Registry registry;
    family = &prometheus::BuildCounter().Name("bench").Register(registry);
    few = names_of(100);
    many = names_of(5000);
    const timed with_few[] = {{"label-100", count_few}}, with_many[] = {{"label-5000", count_many}};
    count_few(few.count);
    in_turns(with_few, 1, atol(argv[1]));
    count_many(many.count);
    in_turns(with_many, 1, atol(argv[1]));
    return 0;
}
