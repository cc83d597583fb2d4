/* Uses tel/testing.h as its first argument asks; valid in C99 and in C++11. */
#include <tel/testing.h>

static int run(tel_testing *test, const char *what) {
    if (strcmp(what, "right") == 0) {
        tel_counter_inc("editor/open:text");
        tel_counter_add("editor/open:text", 2);
        tel_testing_expect(test, "editor/open:text", 3);
        tel_testing_expect(test, "editor/open:config", 0);
        printf("%" PRIu64 "\n", tel_testing_value(test, "editor/open:text"));
    } else if (strcmp(what, "wrong") == 0) {
        tel_counter_inc("editor/open:text");
        tel_testing_expect(test, "editor/open:text", 2);
        tel_testing_expect(test, "editor/open:text", 1);
        tel_testing_expect(test, "editor/open:config", 1);
    } else if (strcmp(what, "week") == 0) {
        tel_counter_inc("editor/open:text");
        tel_testing_advance(test, TEL_TESTING_WEEK - 1);
        tel_testing_expect(test, "editor/open:text", 1);
        tel_testing_advance(test, 1);
        tel_testing_expect(test, "editor/open:text", 0);
    } else if (strcmp(what, "again") == 0) {
        tel_counter_inc("editor/open:text");
        tel_testing_advance(test, TEL_TESTING_DAY);
        (void)tel_testing_end(test);
        tel_testing_begin(test);
        if (tel_testing_now() != TEL_TESTING_BEGIN) return 1;
        tel_testing_expect(test, "editor/open:text", 0);
    } else if (strcmp(what, "opened-by-the-program") == 0) {
        tel_config config;
        memset(&config, 0, sizeof config);
        config.size = sizeof config;
        config.program = "example.com/editor";
        (void)tel_open(NULL);
        (void)tel_open(&config);
        tel_counter_inc("editor/open:text");
        tel_testing_expect(test, "editor/open:text", 1);
        return strncmp(tel_counter_file(), test->directory, strlen(test->directory)) != 0;
    } else if (strcmp(what, "histogram") == 0) {
        tel_histogram *latency = NULL;
        (void)tel_histogram_named(&latency, "editor/save", TEL_UNIT_NANOSECONDS, NULL, 0);
        tel_histogram_record(latency, 9999999);
        tel_testing_expect(test, "editor/save:<10ms", 1);
        tel_testing_expect(test, "editor/save:<50ms", 0);
    } else if (strcmp(what, "link") == 0) {
        char command[512];
        (void)snprintf(command, sizeof command, "ln -s .. '%s/link'", test->directory);
        return system(command);
    } else if (strcmp(what, "where") == 0) {
        printf("%s\n%s\n", test->directory, tel_counter_file());
    }
    return 0;
}

int main(int argc, char **argv) {
    tel_testing test;
    int failed = 1;
    if (tel_testing_begin(&test)) failed = run(&test, argc > 1 ? argv[1] : "");
    return tel_testing_end(&test) | failed;
}
