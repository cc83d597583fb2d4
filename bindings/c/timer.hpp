/*
 * tel/timer.hpp - how long a block of C++ takes.
 *
 *     #include <tel/timer.hpp>
 *
 *     void save() {
 *         static const tel::histogram latency("editor/save/latency");
 *         tel::timer timed(latency);
 *         ...
 *     }
 *
 * counts in the bucket of the time from there to the end of the block, however
 * the block is left: editor/save/latency:<10ms, :<50ms and so on. No single
 * time is kept.
 *
 * Nothing here throws or allocates. A histogram that cannot be made is empty,
 * and recording into it does nothing. C++11.
 */
#ifndef TEL_TIMER_HPP
#define TEL_TIMER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <tel.h>

namespace tel {

/* A chart with a counter for each bucket. Make it once, for it looks names up
 * and is [slow]; copies are the same histogram. */
class histogram {
public:
    /* Of latencies, with the usual bounds: 10ms 50ms 100ms 200ms 500ms 1s 5s 24h. */
    explicit histogram(const char *chart) noexcept : histogram(chart, TEL_UNIT_NANOSECONDS, nullptr, 0) {}

    /* In a unit and with bounds of the author's: ascending, greater than 0. */
    template <std::size_t count>
    histogram(const char *chart, tel_unit unit, const std::uint64_t (&bounds)[count]) noexcept
        : histogram(chart, unit, bounds, count) {}

    histogram(const char *chart, tel_unit unit, const std::uint64_t *bounds, std::size_t count) noexcept
        /* tel-lint: allow the chart is looked at where a tel::histogram is made */
        : made_(nullptr), status_(tel_histogram_named(&made_, chart, unit, bounds, count)) {}

    /* Counts one value, in the histogram's unit. From any thread, and in signal
     * handlers too. */
    void record(std::uint64_t value) const noexcept { tel_histogram_record(made_, value); }

    /* Counts a time, in a histogram of nanoseconds; one that is negative is 0. */
    void record(std::chrono::nanoseconds time) const noexcept {
        record(time.count() < 0 ? std::uint64_t(0) : static_cast<std::uint64_t>(time.count()));
    }

    /* Whether it could be made; if not, tel_error_message says why until this
     * thread's next call. */
    explicit operator bool() const noexcept { return made_ != nullptr; }
    tel_status status() const noexcept { return status_; }

    /* For the functions of tel.h; NULL if it could not be made. */
    tel_histogram *get() const noexcept { return made_; }

private:
    tel_histogram *made_;
    tel_status status_;
};

/* Records the time from its making to its end into a histogram of nanoseconds. */
class timer {
public:
    explicit timer(histogram into) noexcept : into_(into), is_running_(true), start_(clock::now()) {}
    ~timer() { stop(); }

    /* Records now, and no more at the end. */
    void stop() noexcept {
        if (!is_running_) return;
        is_running_ = false;
        into_.record(std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - start_));
    }

    /* Records nothing: what was timed did not happen. */
    void cancel() noexcept { is_running_ = false; }

    timer(const timer &) = delete;
    timer &operator=(const timer &) = delete;

private:
    using clock = std::chrono::steady_clock;
    const histogram into_;
    bool is_running_;
    const clock::time_point start_;
};

}  // namespace tel

#endif  // TEL_TIMER_HPP
