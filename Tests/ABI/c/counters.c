/* Counting in each state of the library: before tel_open, open, off, closed,
 * open again. One case for each argument; the checks of what is on disk are in
 * test_counters.py. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "check.h"

static _Atomic(uint64_t) *cell(tel_counter *handle) { return atomic_load((_Atomic(uint64_t) *_Atomic *)handle); }

static void by_name_and_handle(void) {
    check_open();
    tel_counter_inc("app/open:config");
    tel_counter_add("app/open:config", 4);
    tel_counter *handle = tel_counter_named("app/open:config");
    tel_add(handle, 10);
    CHECK(handle == tel_counter_named("app/open:config"));
    CHECK(handle == tel_counter_named_bytes("app/open:config", 15));
    CHECK(handle != tel_counter_named("app/open:other"));
    CHECK(check_value("app/open:config") == 15);
    CHECK(check_value("app/open:other") == 0);
    CHECK(check_value("app/never") == UINT64_MAX - 1);
}

static void before_open(void) {
    tel_counter *handle = tel_counter_named("early/handle");
    tel_add(handle, 3);
    tel_counter_inc("early/name");
    tel_counter_add("early/name", UINT64_C(1) << 40);
    CHECK(check_value("early/handle") == 3);
    CHECK(check_value("early/name") == (UINT64_C(1) << 40) + 1);
    CHECK(access("T", F_OK) != 0);
    check_open();
    CHECK(check_value("early/handle") == 3);
    tel_add(handle, 1);
    tel_counter_inc("early/name");
}

static void off(void) {
    tel_config config = check_config();
    tel_counter *handle = tel_counter_named("off/handle");
    tel_counter_inc("off/before");
    CHECK_STATUS(tel_open(&config), TEL_E_OFF);
    CHECK(strstr(tel_error_message(), "TEL_MODE") != NULL);
    CHECK(tel_get_mode() == TEL_MODE_OFF);
    tel_counter_add("off/name", 7);
    tel_add(handle, 2);
    tel_stack_inc("off/stack", 0);
    CHECK(check_value("off/name") == 7);
    CHECK(check_value("off/handle") == 2);
    CHECK_STATUS(tel_rotate(), TEL_E_OFF);
    CHECK_STATUS(tel_flush_report(0), TEL_E_OFF);
    CHECK(strcmp(tel_counter_file(), "") == 0);
    tel_close();
    tel_counter_inc("off/name");
}

/* What was counted in mode off is never written, not even when it is local again. */
static void off_then_local(void) {
    check_open();
    tel_counter_inc("kept");
    CHECK_STATUS(tel_set_mode(TEL_MODE_OFF), TEL_OK);
    tel_counter_inc("lost");
    tel_add(tel_counter_named("lost/handle"), 5);
    CHECK_STATUS(tel_set_mode(TEL_MODE_LOCAL), TEL_OK);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_counter_inc("again");
}

static void after_close(void) {
    check_open();
    tel_counter *handle = tel_counter_named("c/handle");
    tel_add(handle, 1);
    tel_counter_inc("c/name");
    tel_close();
    CHECK(strcmp(tel_counter_file(), "") == 0);
    tel_add(handle, 10);
    tel_counter_add("c/name", 10);
    tel_counter_inc("c/new");
    CHECK(check_value("c/handle") == 10);
    CHECK(check_value("c/name") == 10);
    check_open();
    CHECK(check_value("c/handle") == 11);
    CHECK(check_value("c/name") == 11);
    tel_add(handle, 100);
    tel_close();
    tel_close();
}

static void as_another(void) {
    check_open();
    tel_counter *handle = tel_counter_named("both");
    tel_add(handle, 1);
    tel_config other = check_config();
    other.program = "other";
    CHECK_STATUS(tel_open(&other), TEL_E_BUSY);
    CHECK(strstr(tel_error_message(), "other") != NULL);
    CHECK_STATUS(tel_open(NULL), TEL_OK);
    tel_close();
    tel_add(handle, 20);
    CHECK_STATUS(tel_open(&other), TEL_OK);
    tel_add(handle, 300);
    CHECK(check_value("both") == 320);
}

static void nothing(void) {
    check_open();
    tel_counter_add("zero", 0);
    CHECK(check_value("zero") == UINT64_MAX - 1);
    tel_add(tel_counter_named("zero/handle"), 0);
    CHECK(check_value("zero/handle") == 0);
}

static void saturates(void) {
    tel_counter_add("early/one", UINT64_MAX);
    tel_counter_add("early/one", 2);
    CHECK(check_value("early/one") == UINT64_MAX);
    check_open();
    tel_counter_inc("early/one");
    CHECK(check_value("early/one") == UINT64_MAX);
    tel_counter_add("by/name", UINT64_MAX - 1);
    CHECK(check_value("by/name") == UINT64_MAX - 1);
    tel_counter_inc("by/name");
    CHECK(check_value("by/name") == UINT64_MAX);
    tel_counter_inc("by/name");
    CHECK(check_value("by/name") == UINT64_MAX);
    tel_counter *handle = tel_counter_named("by/handle");
    tel_add(handle, UINT64_MAX / 2 + 2);
    tel_add(handle, UINT64_MAX / 2 + 2);
    CHECK(check_value("by/handle") == UINT64_MAX);
    tel_close();
    tel_counter_inc("by/handle");
    check_open();
    CHECK(check_value("by/handle") == UINT64_MAX);
}

static void direct(void) {
    tel_counter *handle = tel_counter_named("direct");
    _Atomic(uint64_t) *memory = cell(handle);
    CHECK(memory != NULL);
    atomic_fetch_add(memory, 5);
    CHECK(check_value("direct") == 5);
    check_open();
    _Atomic(uint64_t) *file = cell(handle);
    CHECK(file != NULL && file != memory);
    atomic_fetch_add(file, 70);
    CHECK(check_value("direct") == 75);
    /* A straggler that had loaded the address before: caught by the next slow call. */
    atomic_fetch_add(memory, 600);
    CHECK_STATUS(tel_rotate(), TEL_OK);
    CHECK(check_value("direct") == 675);
    tel_close();
    CHECK(cell(handle) != NULL && cell(handle) != file);
    atomic_fetch_add(cell(handle), 1000);
    atomic_fetch_add(file, 1000000); /* into nothing, and no harm */
    check_open();
    CHECK(check_value("direct") == 1675);
}

static void others_are_read(void) {
    check_open();
    tel_counter_inc("shared");
    pid_t child = fork();
    if (child == 0) {
        tel_counter_add("shared", 41);
        tel_counter_inc("theirs");
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(check_value("shared") == 42);
    CHECK(check_value("theirs") == 1);
}

#define KEEPS_ERRNO(call) (errno = 4711, (void)(call), CHECK(errno == 4711))
static void errno_stays(int is_open) {
    tel_config config = check_config();
    config.max_names = 3000;
    if (is_open) CHECK_STATUS(tel_open(&config), TEL_OK);
    static char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    tel_counter *handle = tel_counter_named("errno/handle");
    tel_histogram *histogram;
    CHECK_STATUS(tel_histogram_named(&histogram, "errno/histogram", TEL_UNIT_NANOSECONDS, NULL, 0), TEL_OK);
    for (int turn = 0; turn < 2; turn++) {
        KEEPS_ERRNO(tel_version());
        KEEPS_ERRNO(tel_status_name(TEL_E_IO));
        KEEPS_ERRNO(tel_counter_inc("errno/name"));
        KEEPS_ERRNO(tel_counter_inc("bad name"));
        KEEPS_ERRNO(tel_counter_inc(longer));
        KEEPS_ERRNO(tel_counter_inc(NULL));
        KEEPS_ERRNO(tel_add(handle, 1));
        KEEPS_ERRNO(tel_histogram_record(histogram, 5));
        KEEPS_ERRNO(tel_stack_inc("errno/stack", 4));
        /* In the second turn the file cannot be extended: system calls fail. */
        if (is_open && turn == 1) CHECK(unlink(tel_counter_file()) == 0);
        for (int n = 0; n < 2000; n++) { /* extends the file, fills it, drops */
            char name[40];
            snprintf(name, sizeof name, "errno/%d/%d", turn, n);
            KEEPS_ERRNO(tel_counter_inc(name));
        }
    }
}

static void *fails_alone(void *unused) {
    (void)unused;
    CHECK(strcmp(tel_error_message(), "") == 0);
    CHECK_STATUS(tel_set_mode(99), TEL_E_INVALID);
    CHECK(strstr(tel_error_message(), "99") != NULL);
    return NULL;
}

static void message_of_each_thread(void) {
    CHECK(strcmp(tel_error_message(), "") == 0);
    CHECK_STATUS(tel_rotate(), TEL_E_INVALID);
    CHECK(strstr(tel_error_message(), "tel_open") != NULL);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, fails_alone, NULL) == 0);
    pthread_join(thread, NULL);
    CHECK(strstr(tel_error_message(), "tel_open") != NULL);
}

static void at_exit(void) { tel_counter_inc("exit/atexit"); }
static int counts_late;
__attribute__((destructor)) static void destructor(void) {
    if (counts_late) tel_counter_inc("exit/destructor");
}
static void ends(void) {
    counts_late = 1;
    check_open();
    CHECK(atexit(at_exit) == 0);
    tel_counter_inc("exit/main");
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const struct { const char *name; void (*run)(void); } cases[] = {
        {"by-name-and-handle", by_name_and_handle}, {"before-open", before_open}, {"off", off}, {"off-then-local", off_then_local},
        {"after-close", after_close}, {"as-another", as_another}, {"nothing", nothing}, {"saturates", saturates}, {"direct", direct},
        {"others-are-read", others_are_read}, {"message-of-each-thread", message_of_each_thread}, {"ends", ends},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) return cases[i].run(), 0;
    }
    if (strcmp(arguments[1], "errno-open") == 0) return errno_stays(1), 0;
    if (strcmp(arguments[1], "errno-closed") == 0) return errno_stays(0), 0;
    fprintf(stderr, "no case %s\n", arguments[1]);
    return 2;
}
