/* What the test programs share: a check that says where it failed, and a
 * configuration that counts below the folder the test runs in. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tel.h>

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#define CHECK_STATUS(call, wanted) check_status(__FILE__, __LINE__, #call, (call), (wanted))

static inline void check_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: not so: %s (libtel says: %s)\n", file, line, condition, tel_error_message());
    _exit(1);
}

static inline void check_status(const char *file, int line, const char *call, tel_status status, tel_status wanted) {
    if (status == wanted) return;
    fprintf(stderr, "%s:%d: %s is %s, not %s (libtel says: %s)\n", file, line, call, tel_status_name(status),
            tel_status_name(wanted), tel_error_message());
    _exit(1);
}

/* The telemetry directory T is "T" in the folder where the program runs. */
static inline tel_config check_config(void) {
    static char directory[4096 + 2];
    if (getcwd(directory, 4096) == NULL) check_failed(__FILE__, __LINE__, "getcwd");
    strcat(directory, "/T");
    tel_config config = TEL_INIT(tel_config);
    config.flags = TEL_NO_REPORT;
    config.directory = directory;
    config.program = "tester";
    config.version = "v1.2.3";
    config.toolchain = "gcc12.2";
    return config;
}

static inline void check_open(void) {
    tel_config config = check_config();
    CHECK_STATUS(tel_open(&config), TEL_OK);
}

/* UINT64_MAX - 1 if nobody has counted it. */
static inline uint64_t check_value(const char *name) {
    uint64_t value = 0;
    tel_status status = tel_counter_read(name, &value);
    if (status == TEL_E_NOT_FOUND) return UINT64_MAX - 1;
    CHECK_STATUS(status, TEL_OK);
    return value;
}

#endif
