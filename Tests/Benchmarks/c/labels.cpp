// labels.cpp - prometheus-cpp: a counter of a family by its label, with the
// names of naming.c: labels TIMES NAMES
#include "names.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

static prometheus::Family<prometheus::Counter> *family;

static void count_one(const char *name) { family->Add({{"name", name}}).Increment(); }

LOOP count(long times) { WITH_NAMES(name, place, times, count_one(name)); }

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    prometheus::Registry registry;
    family = &prometheus::BuildCounter().Name("bench").Register(registry);
    make_names(atol(argv[2]));
    count_first(count_one);
    const timed cases[] = {{"count", count}};
    in_turns(cases, 1, atol(argv[1]));
    return 0;
}
