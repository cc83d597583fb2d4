/* libtel-noop.so: the interface of libtel.so.1, doing nothing. A distribution
 * that wants no telemetry puts it in libtel.so.1's place, and need not rebuild
 * what uses it. It opens no file, reads no variable and keeps nothing.
 *
 * Handles are there all the same, for code that adds to a cell itself: all lead
 * to one cell that nobody reads. */
#include <tel.h>

struct tel_counter {
    uint64_t *cell;
};
struct tel_histogram {
    int nothing;
};

static uint64_t sink;
static tel_counter counter = {&sink};
static tel_histogram histogram;

static const char reason[] = "telemetry is off: this is libtel-noop, which counts nothing";

uint32_t tel_version(void) { return TEL_VERSION; }

const char *tel_status_name(tel_status status) {
    static const char *const names[] = {
        "TEL_OK", "TEL_E_INVALID", "TEL_E_OFF", "TEL_E_IO", "TEL_E_CORRUPT", "TEL_E_FULL", "TEL_E_NOT_FOUND", "TEL_E_BUSY",
        "TEL_E_TIMEOUT", "TEL_E_UNSUPPORTED", "TEL_E_PLUGIN"};
    return status > 0 || status < -10 ? "TEL_E_?" : names[-status];
}

const char *tel_error_message(void) { return reason; }

tel_status tel_open(const tel_config *config) {
    (void)config;
    return TEL_E_OFF;
}

tel_status tel_rotate(void) { return TEL_E_OFF; }
void tel_close(void) {}

void tel_counter_inc(const char *name) { (void)name; }

void tel_counter_add(const char *name, uint64_t n) {
    (void)name;
    (void)n;
}

tel_status tel_counter_read(const char *name, uint64_t *value) {
    (void)name;
    (void)value;
    return TEL_E_NOT_FOUND;
}

tel_counter *tel_counter_named(const char *name) {
    (void)name;
    return &counter;
}

tel_counter *tel_counter_named_bytes(const void *name, size_t length) {
    (void)name;
    (void)length;
    return &counter;
}

void tel_add(tel_counter *to, uint64_t n) {
    (void)to;
    (void)n;
}

tel_status tel_histogram_named(tel_histogram **made, const char *chart, tel_unit unit, const uint64_t *bounds, size_t count) {
    (void)chart;
    (void)unit;
    (void)bounds;
    (void)count;
    if (!made) return TEL_E_INVALID;
    *made = &histogram;
    return TEL_OK;
}

void tel_histogram_record(tel_histogram *in, uint64_t value) {
    (void)in;
    (void)value;
}

void tel_stack_inc(const char *name, uint32_t depth) {
    (void)name;
    (void)depth;
}

void tel_stack_inc_frames(const char *name, const tel_frame *frames, size_t count) {
    (void)name;
    (void)frames;
    (void)count;
}

tel_status tel_crash_watch(uint32_t flags) {
    (void)flags;
    return TEL_E_OFF;
}

tel_status tel_crash_thread(void) { return TEL_E_OFF; }

tel_mode tel_get_mode(void) { return TEL_MODE_OFF; }
tel_mode tel_stored_mode(void) { return TEL_MODE_OFF; }

tel_status tel_set_mode(tel_mode mode) { return mode == TEL_MODE_OFF ? TEL_OK : TEL_E_OFF; }

int32_t tel_consent_should_ask(const char *destination, const char *text_version) {
    (void)destination;
    (void)text_version;
    return 0;
}

tel_status tel_consent_record(tel_mode mode, const char *destination, const char *text_version) {
    (void)destination;
    (void)text_version;
    return tel_set_mode(mode);
}

tel_status tel_flush_report(uint32_t timeout_ms) {
    (void)timeout_ms;
    return TEL_E_OFF;
}

tel_status tel_flush_report_result(uint32_t timeout_ms, tel_flush_result *result) {
    (void)timeout_ms;
    if (result) result->made = result->sent = result->rejected = result->waiting = 0;
    return TEL_E_OFF;
}

tel_status tel_plugin_load(const char *path, const char *settings) {
    (void)path;
    (void)settings;
    return TEL_E_OFF;
}

tel_status tel_plugin_register(const struct tel_plugin *plugin, const char *settings) {
    (void)plugin;
    (void)settings;
    return TEL_E_OFF;
}

tel_status tel_report_visit(const char *path, const tel_visitor *visitor) {
    (void)path;
    (void)visitor;
    return TEL_E_OFF;
}

tel_status tel_report_export(const char *path, const char *format, tel_write_fn write, void *context) {
    (void)path;
    (void)format;
    (void)write;
    (void)context;
    return TEL_E_OFF;
}

/* The probed function itself: whoever has taken it for a probe goes on. */
tel_status tel_probe_new(tel_probe **probe, const char *counter, const char *signature, tel_function target, uint32_t flags) {
    (void)counter;
    (void)signature;
    (void)flags;
    if (!probe) return TEL_E_INVALID;
    *probe = (tel_probe *)target;
    return TEL_OK;
}

tel_function tel_probe_function(const tel_probe *probe) { return (tel_function)probe; }

void tel_probe_free(tel_probe *probe) { (void)probe; }

const char *tel_directory(void) { return ""; }
const char *tel_counter_file(void) { return ""; }

void tel_set_logger(tel_log_fn log, void *context) {
    (void)log;
    (void)context;
}
