/* Structs of the wrong size and arguments that mean nothing. */
#include "check.h"

static unsigned char room[8192];

static tel_config *sized(uint32_t size) {
    tel_config config = check_config();
    config.size = size;
    memset(room, 0, sizeof room);
    memcpy(room, &config, sizeof config);
    return (tel_config *)(void *)room;
}

static void zero_and_tiny(void) {
    for (uint32_t size = 0; size < 8; size++) {
        CHECK_STATUS(tel_open(sized(size)), TEL_E_INVALID);
        CHECK(strstr(tel_error_message(), "size") != NULL);
    }
    CHECK_STATUS(tel_open(sized(UINT32_MAX)), TEL_E_INVALID);
    CHECK(access("T", F_OK) != 0);
}

/* A client of an older header knows fewer members: what is behind its struct is
 * not looked at. */
static void prefix(void) {
    tel_config *config = sized(offsetof(tel_config, version));
    memset(room + config->size, 0xa5, sizeof room - config->size);
    CHECK_STATUS(tel_open(config), TEL_OK);
    CHECK(strstr(tel_counter_file(), "/T/local/tester@devel-") != NULL);
}

/* Sizes that end within a member were never anybody's sizeof: refused, or that
 * member is taken as not there; never half of a pointer. */
static void within_a_member(void) {
    for (uint32_t size = 8; size < sizeof(tel_config); size++) {
        tel_config *config = sized(size);
        config->vendor = "tel";
        config->destination = "https://example.com/";
        memset(room + size, 0xa5, sizeof room - size);
        tel_status status = tel_open(config);
        CHECK(status == TEL_OK || status == TEL_E_INVALID);
        tel_close();
    }
}

static void larger(void) {
    CHECK_STATUS(tel_open(sized(sizeof(tel_config) + 16)), TEL_OK);
    tel_close();
    tel_config *config = sized(sizeof(tel_config) + 16);
    room[sizeof(tel_config) + 15] = 1;
    CHECK_STATUS(tel_open(config), TEL_E_INVALID);
    room[sizeof(tel_config) + 15] = 0;
    room[sizeof(tel_config) + 16] = 1; /* behind the struct */
    CHECK_STATUS(tel_open(config), TEL_OK);
}

static void unknown_flags(void) {
    tel_config config = check_config();
    config.flags = 1u << 31;
    CHECK_STATUS(tel_open(&config), TEL_E_INVALID);
    config = check_config();
    config.reserved = 1;
    CHECK_STATUS(tel_open(&config), TEL_E_INVALID);
    config = check_config();
    config.max_names = 100001;
    CHECK_STATUS(tel_open(&config), TEL_E_INVALID);
    config.max_names = 100000;
    CHECK_STATUS(tel_open(&config), TEL_OK);
}

static tel_status count(void *context, const char *name, uint64_t value) {
    (void)name;
    *(uint64_t *)context += value;
    return TEL_OK;
}

static void visitors(void) {
    check_open();
    tel_counter_add("a", 5);
    uint64_t sum = 0;
    struct { tel_visitor visitor; uint64_t more[2]; } larger = {{.size = sizeof(tel_visitor), .context = &sum, .counter = count}, {0, 0}};
    CHECK_STATUS(tel_report_visit(NULL, &larger.visitor), TEL_OK);
    CHECK(sum == 5);
    for (uint32_t size = 0; size < 8; size++) {
        larger.visitor.size = size;
        CHECK_STATUS(tel_report_visit(NULL, &larger.visitor), TEL_E_INVALID);
    }
    larger.visitor.size = sizeof larger;
    CHECK_STATUS(tel_report_visit(NULL, &larger.visitor), TEL_OK);
    CHECK(sum == 10);
    larger.more[1] = 1;
    CHECK_STATUS(tel_report_visit(NULL, &larger.visitor), TEL_E_INVALID);
    CHECK(sum == 10);
    tel_visitor empty = TEL_INIT(tel_visitor);
    CHECK_STATUS(tel_report_visit(NULL, &empty), TEL_OK);
}

/* Positive statuses are the callback's own, and end the visit. */
static tel_status stop(void *context, const char *name, uint64_t value) {
    (void)name, (void)value;
    ++*(int *)context;
    return 42;
}
static void visitor_stops(void) {
    check_open();
    tel_counter_inc("a");
    tel_counter_inc("b");
    int calls = 0;
    tel_visitor visitor = {.size = sizeof visitor, .context = &calls, .counter = stop};
    CHECK_STATUS(tel_report_visit(NULL, &visitor), 42);
    CHECK(calls == 1);
}

static void untouched(void) {
    uint64_t value = 77, bound[2] = {5, 5};
    tel_histogram *histogram = (tel_histogram *)room;
    CHECK_STATUS(tel_counter_read("nobody", &value), TEL_E_NOT_FOUND);
    CHECK_STATUS(tel_counter_read("", &value), TEL_E_NOT_FOUND);
    CHECK_STATUS(tel_counter_read(NULL, &value), TEL_E_INVALID);
    check_open();
    CHECK_STATUS(tel_counter_read("nobody", &value), TEL_E_NOT_FOUND);
    CHECK(strstr(tel_error_message(), "nobody") != NULL);
    CHECK(value == 77);
    CHECK_STATUS(tel_histogram_named(&histogram, "with:colon", TEL_UNIT_NONE, bound, 1), TEL_E_INVALID);
    CHECK_STATUS(tel_histogram_named(&histogram, "chart", TEL_UNIT_NONE, bound, 2), TEL_E_INVALID);
    CHECK(histogram == (tel_histogram *)room);
}

int main(int argc, char **arguments) {
    CHECK(argc == 2);
    const struct { const char *name; void (*run)(void); } cases[] = {
        {"zero-and-tiny", zero_and_tiny}, {"prefix", prefix}, {"within-a-member", within_a_member}, {"larger", larger},
        {"unknown-flags", unknown_flags}, {"visitors", visitors}, {"visitor-stops", visitor_stops}, {"untouched", untouched},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) return cases[i].run(), 0;
    }
    return 2;
}
