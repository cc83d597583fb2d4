// metrics.cpp - prometheus-cpp: threads on counters of their own and on one
// together, as in threads.c: metrics TIMES THREADS
#include "gang.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

static prometheus::Counter *counters[GANG_MOST];

static void add(int at, long times) {
    prometheus::Counter *counter = counters[at];
    for (long done = 0; done < times; done++) counter->Increment();
}

static void apart(int member, long times) { add(member, times); }
static void together(int, long times) { add(0, times); }

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    prometheus::Registry registry;
    auto &family = prometheus::BuildCounter().Name("bench").Register(registry);
    for (int at = 0; at < GANG_MOST; at++) counters[at] = &family.Add({{"name", std::to_string(at)}});
    const gang_case cases[] = {{"apart", apart}, {"together", together}};
    gang_in_turns(cases, 2, std::atoi(argv[2]), std::atol(argv[1]));
    return 0;
}
