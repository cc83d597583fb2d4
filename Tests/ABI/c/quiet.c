/* Uses all of libtel, and does nothing else that a kernel could see. Between
 * its two getppid calls is what libtel does. */
#include "check.h"

static tel_config config;

int main(void) {
    config = check_config();
    config.flags = 0;
    (void)getppid();
    tel_counter_inc("before");
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter_inc("a/b:c");
    tel_counter_inc("bad name");
    tel_counter_inc(NULL);
    tel_add(tel_counter_named("handle"), 5);
    tel_histogram *histogram;
    CHECK_STATUS(tel_histogram_named(&histogram, "latency", TEL_UNIT_NANOSECONDS, NULL, 0), TEL_OK);
    tel_histogram_record(histogram, 5);
    tel_stack_inc("stack", 0);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    CHECK_STATUS(tel_set_mode(TEL_MODE_ON), TEL_OK);
    CHECK_STATUS(tel_set_mode(99), TEL_E_INVALID);
    CHECK_STATUS(tel_flush_report(0), TEL_OK);
    tel_visitor visitor = TEL_INIT(tel_visitor);
    CHECK_STATUS(tel_report_visit(NULL, &visitor), TEL_OK);
    CHECK_STATUS(tel_report_visit("no/such.count", &visitor), TEL_E_NOT_FOUND);
    tel_close();
    (void)getppid();
    return 0;
}
