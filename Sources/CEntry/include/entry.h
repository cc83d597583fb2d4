/* The C side of libtel.so: what must exist before any Swift code has run,
 * what an unwinder must be able to see through (Embedded Swift has no unwind
 * tables), and what is one for the whole process. */
#ifndef TEL_ENTRY_H
#define TEL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stacks.h"
#include "tel.h"

#define ENTRY_HIDDEN __attribute__((visibility("hidden")))

/* ---- process.c: the one global ------------------------------------------ */

/* Zeroed static memory for the recorder; only what is touched becomes
 * resident. TelABI checks at start-up that it is as much as Recorder needs. */
#define ENTRY_RECORDER_LENGTH 139584
extern ENTRY_HIDDEN unsigned char entry_recorder_[ENTRY_RECORDER_LENGTH];
static inline void *entry_recorder(void) { return entry_recorder_; }

typedef struct entry_state {
    void *session;           /* retained Session, NULL before tel_open */
    void *settings;          /* retained Settings, for a session that a fork has left in pieces */
    void *retired;           /* retained RetiredFiles, NULL before the first session */
    void *histograms;        /* the newest; each points to the one before */
    char *destination;       /* of tel_config, NULL if there is none; and with TEL_UPLOAD: */
    char *uploader;          /* of tel_config, NULL for the usual one */
    char **environment;      /* when it was opened, for the uploader */
    int64_t (*now)(void);    /* of tel_config, NULL for the system's clock */
    uint32_t flags;          /* of tel_config */
    int32_t report_lock;     /* the descriptor that keeps other reporters out, negative if none */
    bool is_reporting;       /* a thread makes reports; guarded, as report_lock, by entry_reports_lock */
    bool is_forked;          /* the session may be in pieces: another thread was changing it */
    bool day_is_new;         /* reports were looked after in passing; then crashes are, too. Guarded by entry_lock */
    bool thread_is_wanted;   /* asked for and not started, or it stayed in the parent */
} entry_state;
extern ENTRY_HIDDEN entry_state entry;
static inline entry_state *entry_get(void) { return &entry; }

/* Guards `entry`, and nothing on the recording path. In a forked child it is
 * free again. */
ENTRY_HIDDEN void entry_lock(void);
ENTRY_HIDDEN void entry_unlock(void);
/* Held for as long as the report lock is opened or closed: no fork falls in between. */
ENTRY_HIDDEN void entry_reports_lock(void);
ENTRY_HIDDEN void entry_reports_unlock(void);
/* In Swift: forgets what is counted in memory. It is the parent's. */
ENTRY_HIDDEN void entry_forget(void);

/* ---- thread.c: rotation -------------------------------------------------- */

/* Starts a thread that calls entry_tick, waits as long as that says, and so
 * on. All signals are blocked in it. Returns an errno. */
ENTRY_HIDDEN int entry_thread_start(void);
/* Ends the thread and waits for it. */
ENTRY_HIDDEN void entry_thread_stop(void);
/* In Swift: rotates if it is time; milliseconds until it should be called again. */
ENTRY_HIDDEN int64_t entry_tick(int64_t now);

/* ---- message.c: texts of this thread ------------------------------------- */

/* As many of the bytes as fit into `most`, without a part of a character. */
ENTRY_HIDDEN size_t entry_shortened(const void *bytes, size_t count, size_t most);
ENTRY_HIDDEN void entry_set_message(const void *bytes, size_t count);
ENTRY_HIDDEN const char *entry_keep_text(const void *bytes, size_t count);

/* ---- clock.c: entry points that need the time ---------------------------- */

/* Unix seconds, of the host's clock if it has set one; always a time that the
 * four digits of a year can write, so that no arithmetic overflows. */
ENTRY_HIDDEN int64_t entry_clock(void);
/* In Swift: the entry points of the same names, at that time. */
ENTRY_HIDDEN tel_status entry_open(const tel_config *config);
ENTRY_HIDDEN tel_status entry_refresh(int64_t now);
ENTRY_HIDDEN tel_status entry_set_mode(tel_mode mode, int64_t now);
/* Both that begin with tel_consent_: asks whether to ask, or records. */
ENTRY_HIDDEN tel_status entry_consent(bool asks, tel_mode mode, const char *destination, const char *text, int64_t now);
ENTRY_HIDDEN tel_status entry_flush_report(uint32_t timeout_ms, int64_t now, uint32_t *made);

/* ---- companion.c: libraries beside this one -------------------------------- */

/* Keeps the sentence for tel_error_message, and answers the status. */
ENTRY_HIDDEN __attribute__((format(printf, 2, 3))) tel_status entry_refuse(tel_status status, const char *format, ...);
/* A function of a library in the folder tel; NULL if it cannot be loaded, and a
 * sentence why, which says what there is not `without` it. */
ENTRY_HIDDEN void *entry_companion(const char *name, const char *without, const char *symbol);

/* ---- delivery.c: uploading and plugins, which another library has ---------- */

/* One of both: a path, or a plugin. */
ENTRY_HIDDEN tel_status entry_plugin(const char *path, const struct tel_plugin *plugin, const char *settings);
/* TEL_STACK_PLUGINS; what goes wrong is for the logger. */
ENTRY_HIDDEN void entry_stack_plugins(void);
/* The table and the state of a plugin that offers this interface; loaded first, if need be. */
ENTRY_HIDDEN tel_status entry_find_plugin(const char *interface_id, const void **table, void **state);
/* To entry.destination, which is not NULL. Not TEL_OK if that is not allowed. */
ENTRY_HIDDEN tel_status entry_upload(int64_t now, uint32_t timeout_ms, tel_flush_result *result);
/* If there may be records of processes that have crashed, has them counted. */
ENTRY_HIDDEN void entry_count_crashes(bool in_passing);
/* The same in passing, once after each day's look at the reports. */
ENTRY_HIDDEN void entry_count_crashes_of_the_day(void);
/* Whether the user consented to entry.destination: the files of this telemetry
 * directory, a descriptor, name it. */
ENTRY_HIDDEN bool entry_is_consented(int folder);

/* From where something may be uploaded. */
typedef struct entry_uploadable {
    char *directory;         /* the telemetry directory; NULL: nothing may be. To be freed, and with it: */
    const char *vendor;
    const char *program;
    bool is_given;           /* the directory is not the vendor's own */
} entry_uploadable;
/* In Swift: looks at all layers of consent. */
ENTRY_HIDDEN tel_status entry_ask_uploadable(entry_uploadable *what);
/* What it answers by: directory, vendor and program, each with a NUL behind it. */
ENTRY_HIDDEN void entry_tell_uploadable(entry_uploadable *what, const void *text, size_t count);

/* ---- uploader.c: TEL_UPLOAD ----------------------------------------------- */

/* Of the first tel_open. */
ENTRY_HIDDEN void entry_keep_upload(const tel_config *config);
ENTRY_HIDDEN void entry_forget_upload(void);
/* Starts the command tel if it is time to. Unless the program is just opening,
 * that is looked at once an hour. */
ENTRY_HIDDEN void entry_start_uploader(bool is_opening);

/* ---- calls.c: calling the host's functions ------------------------------- */

ENTRY_HIDDEN bool entry_has_logger(void);
/* In a forked child: the threads that were in the logger stayed in the parent. */
ENTRY_HIDDEN void entry_forget_speakers(void);
ENTRY_HIDDEN void entry_log(tel_level level, const void *bytes, size_t count);

/* ---- stack.c, remembered.c, naming.c: stacks ------------------------------- */

/* Of a plugin that walks or names them. */
ENTRY_HIDDEN void entry_take_provider(const struct tel_stack_provider *table, void *state);
/* Counts a stack of return addresses, by what is remembered of it. */
ENTRY_HIDDEN void entry_count_stack(stacks_job *job);
/* libtel-stacks.so; NULL without it. */
ENTRY_HIDDEN const stacks *entry_stacks(void);
/* Names a stack and adds one to its counter, which it answers; NULL if it was dropped. */
ENTRY_HIDDEN tel_counter *entry_stack(const stacks_job *job);
/* In Swift: adds one to the counter that has this encoded name. */
ENTRY_HIDDEN tel_counter *entry_add_stack(const char *name, const char *encoded, size_t length);

#endif
