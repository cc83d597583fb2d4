// Times with tel/timer.hpp as its first argument asks.
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include <tel/testing.h>
#include <tel/timer.hpp>

static_assert(!std::is_copy_constructible<tel::timer>::value, "a time is recorded once");
static_assert(std::is_trivially_copyable<tel::histogram>::value, "a histogram is a pointer to what lives for ever");
static_assert(std::is_nothrow_constructible<tel::histogram, const char *>::value, "recording does not throw");
static_assert(std::is_nothrow_constructible<tel::timer, tel::histogram>::value, "timing does not throw");

static const char *const labels[] = {"10ms", "50ms", "100ms", "200ms", "500ms", "1s", "5s", "24h", "inf"};

static std::uint64_t from(tel_testing *test, const char *chart, int first, int last) {
    std::uint64_t sum = 0;
    for (int i = first; i <= last; i++) sum += tel_testing_value(test, (std::string(chart) + ":<" + labels[i]).c_str());
    return sum;
}

static void sleep(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

static void save(bool fails) {
    static const tel::histogram latency("editor/save/latency");
    tel::timer timed(latency);
    sleep(12);
    if (fails) throw std::runtime_error("disk full");
}

static int run(tel_testing *test, const char *what) {
    if (std::strcmp(what, "block") == 0) {
        save(false);
        save(false);
        // 12 ms of sleep; a busy machine may make them longer, never shorter.
        return from(test, "editor/save/latency", 0, 0) == 0 && from(test, "editor/save/latency", 1, 8) == 2 ? 0 : 1;
    }
    if (std::strcmp(what, "exception") == 0) {
        try {
            save(true);
        } catch (const std::runtime_error &) {
        }
        return from(test, "editor/save/latency", 1, 8) == 1 ? 0 : 1;
    }
    if (std::strcmp(what, "stop") == 0) {
        const tel::histogram latency("editor/stop");
        {
            tel::timer timed(latency);
            timed.stop();
            sleep(12);
            timed.stop();
        }
        return from(test, "editor/stop", 0, 8) == 1 ? 0 : 1;
    }
    if (std::strcmp(what, "cancel") == 0) {
        const tel::histogram latency("editor/cancel");
        {
            tel::timer timed(latency);
            timed.cancel();
        }
        return from(test, "editor/cancel", 0, 8) == 0 ? 0 : 1;
    }
    if (std::strcmp(what, "values") == 0) {
        static const std::uint64_t sizes[] = {4096, 65536};
        const tel::histogram size("editor/save/size", TEL_UNIT_BYTES, sizes);
        size.record(5000);
        size.record(70000);
        const tel::histogram times("editor/times");
        times.record(std::chrono::milliseconds(60));
        times.record(std::chrono::seconds(2));
        times.record(std::chrono::nanoseconds(-5));
        tel_testing_expect(test, "editor/save/size:<4KiB", 0);
        tel_testing_expect(test, "editor/save/size:<64KiB", 1);
        tel_testing_expect(test, "editor/save/size:<inf", 1);
        tel_testing_expect(test, "editor/times:<100ms", 1);
        tel_testing_expect(test, "editor/times:<5s", 1);
        tel_testing_expect(test, "editor/times:<10ms", 1);
        return size && size.get() && size.status() == TEL_OK ? 0 : 1;
    }
    if (std::strcmp(what, "empty") == 0) {
        const tel::histogram none("not a chart");
        const tel_status status = none.status();
        const std::string why = tel_error_message();
        none.record(std::uint64_t(1));
        { tel::timer timed(none); }
        std::printf("%s\n", why.c_str());
        return !none && !none.get() && status == TEL_E_INVALID ? 0 : 1;
    }
    return 64;
}

int main(int, char **argv) {
    tel_testing test;
    if (!tel_testing_begin(&test)) return 2;
    const int wrong = run(&test, argv[1]);
    return tel_testing_end(&test) | wrong;
}
