/* Functions of C++ that count the stack they are in: names.cpp DEPTH [FLAGS] */
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "tel.h"

#ifdef __clang__
#define DEEP __attribute__((noinline))
#else
#define DEEP __attribute__((noinline, noclone))
#endif
#define STAY __asm__ volatile("" ::: "memory")

static unsigned depth;

DEEP static void innermost(const char *name) {
    tel_stack_inc(name, depth);
    STAY;
}

namespace ns {
template <typename Element> struct List {
    DEEP void add(const Element &, int);
    DEEP bool operator()(const Element &) const;
    DEEP List &operator<<(int);
    template <typename Other> DEEP std::vector<Other> convert(const std::vector<Other> &others);
};
template <typename Element> void List<Element>::add(const Element &, int) {
    innermost("cpp/add");
    STAY;
}
template <typename Element> bool List<Element>::operator()(const Element &element) const {
    const_cast<List *>(this)->add(element, 1);
    STAY;
    return true;
}
template <typename Element> List<Element> &List<Element>::operator<<(int) {
    (*this)(Element());
    STAY;
    return *this;
}
template <typename Element> template <typename Other> std::vector<Other> List<Element>::convert(const std::vector<Other> &others) {
    *this << 3;
    STAY;
    return others;
}
}

namespace {
DEEP void hidden() {
    ns::List<std::string> list;
    list.convert(std::vector<std::pair<int, const char *>>());
    STAY;
}
}

DEEP static void call(const std::function<void(int)> &body) {
    body(1);
    STAY;
}

DEEP int outer(std::string secret, void (*)(int)) {
    auto body = [&](int) __attribute__((noinline)) {
        hidden();
        STAY;
    };
    call(body);
    STAY;
    return static_cast<int>(secret.size());
}

int main(int, char **arguments) {
    depth = static_cast<unsigned>(std::strtoul(arguments[1], nullptr, 10));
    tel_config config = TEL_INIT(tel_config);
    if (arguments[2]) config.flags = static_cast<uint32_t>(std::strtoul(arguments[2], nullptr, 10));
    if (tel_open(&config) != TEL_OK) return 1;
    return outer("a value", nullptr) == 7 ? 0 : 2;
}
