/* The host's clock is read before Swift is entered: whoever looks at the stack
 * from within it sees all of it. */
#include "entry.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* 0001-01-01 and 9999-12-31. */
#define FIRST_SECOND (-62135596800)
#define LAST_SECOND 253402214400

int64_t entry_clock(void) {
    int64_t (*host)(void) = entry.now;
    int64_t now = host ? host() : (int64_t)time(NULL);
    return now < FIRST_SECOND ? FIRST_SECOND : now > LAST_SECOND ? LAST_SECOND : now;
}

/* errno is the host's. And a thread that is cancelled ends behind the call, not
 * within: it may hold the lock. */
typedef struct before {
    int error, cancellation;
} before;

static before enter(void) {
    before was = {errno, 0};
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &was.cancellation);
    return was;
}

static void leave(before was) {
    int unused;
    pthread_setcancelstate(was.cancellation, &unused);
    errno = was.error;
}

static tel_status refresh(bool is_opening) {
    tel_status status = entry_refresh(entry_clock());
    if (status == TEL_OK) entry_start_uploader(is_opening);
    entry_count_crashes_of_the_day();
    return status;
}

tel_status tel_open(const tel_config *config) {
    before was = enter();
    bool is_first = entry.session == NULL;
    tel_status status = entry_open(config);
    if (status == TEL_OK) {
        if (is_first) entry_keep_upload(config);
        status = refresh(true);
        if (status == TEL_OK && is_first && entry.flags & TEL_STACK_PLUGINS) entry_stack_plugins();
    }
    leave(was);
    return status;
}

tel_status tel_rotate(void) {
    before was = enter();
    tel_status status = refresh(false);
    leave(was);
    return status;
}

tel_status tel_set_mode(tel_mode mode) {
    before was = enter();
    tel_status status = entry_set_mode(mode, entry_clock());
    if (mode == TEL_MODE_OFF) entry_count_crashes(false);
    leave(was);
    return status;
}

int32_t tel_consent_should_ask(const char *destination, const char *text_version) {
    before was = enter();
    tel_status status = entry_consent(true, TEL_MODE_OFF, destination, text_version, entry_clock());
    leave(was);
    return status == TEL_OK;
}

tel_status tel_consent_record(tel_mode mode, const char *destination, const char *text_version) {
    before was = enter();
    tel_status status = entry_consent(false, mode, destination, text_version, entry_clock());
    leave(was);
    return status;
}

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* An older struct is shorter, a newer one longer. */
#define LEAST offsetof(tel_flush_result, made)
#define MOST 4096

static tel_status flush(uint32_t timeout_ms, tel_flush_result *result) {
    tel_flush_result figures = {.size = sizeof figures};
    size_t size = result ? result->size : LEAST;
    if (size < LEAST || size > MOST) {
        static const char why[] = "tel_flush_result.size is wrong: set it to sizeof(tel_flush_result), as TEL_INIT does";
        entry_set_message(why, sizeof why - 1);
        return TEL_E_INVALID;
    }
    int64_t now = entry_clock(), begun = milliseconds();
    entry_count_crashes(false);
    tel_status status = entry_flush_report(timeout_ms, now, &figures.made);
    if (status == TEL_OK && entry.destination) {
        int64_t left = timeout_ms == 0 ? 0 : timeout_ms - (milliseconds() - begun);
        status = entry_upload(now, left > 0 || timeout_ms == 0 ? (uint32_t)left : 1, &figures);
    }
    if (result) memcpy(&result->made, &figures.made, (size < sizeof figures ? size : sizeof figures) - LEAST);
    return status;
}

tel_status tel_flush_report_result(uint32_t timeout_ms, tel_flush_result *result) {
    before was = enter();
    tel_status status = flush(timeout_ms, result);
    leave(was);
    return status;
}

tel_status tel_flush_report(uint32_t timeout_ms) { return tel_flush_report_result(timeout_ms, NULL); }

static tel_status plug(const char *path, const struct tel_plugin *plugin, const char *settings) {
    before was = enter();
    tel_status status = entry_plugin(path, plugin, settings);
    leave(was);
    return status;
}

tel_status tel_plugin_load(const char *path, const char *settings) { return plug(path, NULL, settings); }

tel_status tel_plugin_register(const struct tel_plugin *plugin, const char *settings) { return plug(NULL, plugin, settings); }
