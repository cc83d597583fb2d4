/* latency.c - how long something takes, as a histogram.
 *
 *     cc -o search latency.c $(pkg-config --cflags --libs tel)
 *     ./search; tel dump
 *
 * One counter for each bucket of time, named by its upper bound:
 * search/query/latency:<10ms counts the queries that took less than 10 ms,
 * :<50ms those that took less than 50 ms but not less than 10, and so on.
 * No single query's time is kept.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <tel.h>

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void query(long milliseconds) {
    struct timespec pause = {0, milliseconds * 1000000};
    nanosleep(&pause, NULL);
}

int main(void) {
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/search";
    config.version = "2.0.1";
    if (tel_open(&config) != TEL_OK) fprintf(stderr, "search: %s\n", tel_error_message());

    /* Once: NULL and 0 ask for the usual bounds of latencies. If this fails,
     * the histogram stays NULL, and recording into it does nothing. */
    tel_histogram *latency = NULL;
    if (tel_histogram_named(&latency, "search/query/latency", TEL_UNIT_NANOSECONDS, NULL, 0) != TEL_OK)
        fprintf(stderr, "search: %s\n", tel_error_message());

    /* The author's own bounds, in another unit: how much was found. */
    static const uint64_t bounds[] = {1, 10, 100, 1000};
    tel_histogram *results = NULL;
    if (tel_histogram_named(&results, "search/query/results", TEL_UNIT_NONE, bounds, 4) != TEL_OK)
        fprintf(stderr, "search: %s\n", tel_error_message());

    static const struct { long milliseconds; uint64_t found; } queries[] = {{0, 0}, {0, 3}, {0, 250}, {15, 40}, {120, 5000}};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        uint64_t start = nanoseconds();
        query(queries[i].milliseconds);
        tel_histogram_record(latency, nanoseconds() - start);
        tel_histogram_record(results, queries[i].found);
        printf("query %zu: %" PRIu64 " results\n", i + 1, queries[i].found);
    }
    return 0;
}
