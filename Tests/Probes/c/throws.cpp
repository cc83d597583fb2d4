// throws FLAGS: exceptions pass functions that count, and what they count is printed by the test.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tel.h"

static int alive;
struct Guest {
    Guest() { alive++; }
    ~Guest() { alive--; }
};

static int refuse(int n) {
    Guest guest;
    if (n > 0) throw std::runtime_error("refused");
    return n;
}

static int (*refusing)(int);

static int between(int n) {
    Guest guest;
    return refusing(n) + 1;
}

template <typename Function> static Function *probe(const char *name, Function *target, uint32_t flags) {
    tel_probe *made;
    if (tel_probe_new(&made, name, "i(i)", reinterpret_cast<tel_function>(target), flags) != TEL_OK) {
        std::puts(tel_error_message());
        std::exit(1);
    }
    return reinterpret_cast<Function *>(tel_probe_function(made));
}

int main(int, char **arguments) {
    uint32_t flags = static_cast<uint32_t>(std::atoi(arguments[1]));
    tel_open(nullptr);
    refusing = probe("refuse", refuse, flags);
    int (*outer)(int) = probe("between", between, flags);
    for (int i = 0; i < 3; i++) {
        try {
            outer(i);
            std::printf("returned %d ", alive);
        } catch (const std::runtime_error &error) {
            std::printf("%s %d ", error.what(), alive);
        }
    }
    std::puts("");
}
