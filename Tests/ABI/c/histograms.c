/* Histograms. Bounds and values come as arguments:
 *   histograms record CHART UNIT BOUNDS VALUES   lists with commas, or "-"
 *   histograms errors
 *   histograms again */
#include "check.h"

static size_t numbers(const char *text, uint64_t *list) {
    size_t count = 0;
    if (strcmp(text, "-") == 0) return 0;
    for (char *at = (char *)text; *at; at += *at == ',') list[count++] = strtoull(at, &at, 10);
    return count;
}

static void record(char **arguments) {
    static uint64_t bounds[100], values[100];
    size_t bound_count = numbers(arguments[2], bounds), value_count = numbers(arguments[3], values);
    tel_histogram *histogram;
    tel_unit unit = (tel_unit)atoi(arguments[1]);
    tel_status status = tel_histogram_named(&histogram, arguments[0], unit, bound_count ? bounds : NULL, bound_count);
    CHECK_STATUS(status, TEL_OK);
    memset(bounds, 0xa5, sizeof bounds); /* libtel has a copy */
    for (size_t n = 0; n < value_count; n++) {
        if (n == value_count / 2) check_open(); /* half of them before */
        tel_histogram_record(histogram, values[n]);
    }
    check_open();
}

static void refused(const char *chart, tel_unit unit, const uint64_t *bounds, size_t count, const char *about) {
    tel_histogram *histogram = (tel_histogram *)(void *)0x1234;
    CHECK_STATUS(tel_histogram_named(&histogram, chart, unit, bounds, count), TEL_E_INVALID);
    CHECK(histogram == (tel_histogram *)(void *)0x1234);
    if (strstr(tel_error_message(), about) == NULL) fprintf(stderr, "nothing about \"%s\"\n", about);
    CHECK(strstr(tel_error_message(), about) != NULL);
}

static void errors(void) {
    static uint64_t many[65];
    static char longest[5000];
    const uint64_t good[] = {1, 2, 3}, equal[] = {1, 2, 2}, down[] = {3, 2}, zero[] = {0, 1};
    for (uint64_t n = 0; n < 65; n++) many[n] = n + 1;
    refused("a:b", TEL_UNIT_NONE, good, 3, "colon");
    refused("", TEL_UNIT_NONE, good, 3, "empty");
    refused("a b", TEL_UNIT_NONE, good, 3, "white space");
    refused("a\xff", TEL_UNIT_NONE, good, 3, "UTF-8");
    refused(NULL, TEL_UNIT_NONE, good, 3, "NULL");
    refused("a", 3, good, 3, "unit");
    refused("a", -1, good, 3, "unit");
    refused("a", TEL_UNIT_NONE, equal, 3, "bound 2");
    refused("a", TEL_UNIT_NONE, down, 2, "bound 1");
    refused("a", TEL_UNIT_NONE, zero, 2, "bound 0");
    refused("a", TEL_UNIT_NONE, many, 65, "64");
    refused("a", TEL_UNIT_NONE, good, SIZE_MAX, "64");
    refused("a", TEL_UNIT_NONE, NULL, 3, "bounds");
    refused("a", TEL_UNIT_NONE, NULL, 0, "bounds"); /* there are usual ones for latencies alone */
    refused("a", TEL_UNIT_BYTES, NULL, 0, "bounds");
    memset(longest, 'x', sizeof longest - 1);
    refused(longest, TEL_UNIT_NONE, good, 3, "");
    CHECK_STATUS(tel_histogram_named(NULL, "a", TEL_UNIT_NONE, good, 3), TEL_E_INVALID);
    tel_histogram *histogram;
    CHECK_STATUS(tel_histogram_named(&histogram, "a", TEL_UNIT_NONE, many, 64), TEL_OK);
    longest[4000] = 0; /* the names of its buckets fit */
    CHECK_STATUS(tel_histogram_named(&histogram, longest, TEL_UNIT_NONE, good, 3), TEL_OK);
    tel_histogram_record(histogram, 1);
    check_open();
}

static void again(void) {
    const uint64_t bounds[] = {10, 20}, other[] = {10, 30};
    tel_histogram *one, *two, *three, *latency, *standard;
    CHECK_STATUS(tel_histogram_named(&one, "again", TEL_UNIT_NONE, bounds, 2), TEL_OK);
    check_open();
    CHECK_STATUS(tel_histogram_named(&two, "again", TEL_UNIT_NONE, bounds, 2), TEL_OK);
    CHECK(one == two);
    CHECK_STATUS(tel_histogram_named(&three, "elsewhere", TEL_UNIT_NONE, bounds, 2), TEL_OK);
    CHECK(three != one);
    CHECK_STATUS(tel_histogram_named(&three, "again", TEL_UNIT_NONE, other, 2), TEL_OK);
    CHECK(three != one);
    CHECK_STATUS(tel_histogram_named(&latency, "latency", TEL_UNIT_NANOSECONDS, NULL, 0), TEL_OK);
    const uint64_t ms = 1000000, usual[] = {10 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms, 1000 * ms, 5000 * ms, 86400000 * ms};
    CHECK_STATUS(tel_histogram_named(&standard, "latency", TEL_UNIT_NANOSECONDS, usual, 8), TEL_OK);
    CHECK(latency == standard);
    tel_histogram_record(one, 5);
    tel_close();
    tel_histogram_record(one, 5);
    check_open();
    tel_histogram_record(two, 5);
    CHECK(check_value("again:<10") == 3);
    tel_histogram_record(three, 25);
    CHECK(check_value("again:<30") == 1);
    tel_histogram_record(NULL, 5);
}

int main(int argc, char **arguments) {
    CHECK(argc >= 2);
    if (strcmp(arguments[1], "record") == 0) {
        CHECK(argc == 6);
        return record(arguments + 2), 0;
    }
    if (strcmp(arguments[1], "errors") == 0) return errors(), 0;
    if (strcmp(arguments[1], "again") == 0) return again(), 0;
    return 2;
}
