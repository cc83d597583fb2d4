/*
 * tel.h - the whole public interface of libtel.
 *
 * libtel counts events by name in a small memory-mapped file that every
 * process of a program shares, and turns each finished week of counts into a
 * report. What is counted stays on the machine. The files are those of
 * golang.org/x/telemetry: either library reads and adds to what the other
 * wrote.
 *
 *     #include <tel.h>
 *
 *     int main(void) {
 *         tel_open(NULL);
 *         tel_counter_inc("editor/open:config");
 *     }
 *
 * Conventions
 *
 *   Threads    Every function says where it may be called:
 *                [any]    from any thread, at any time, concurrently
 *                [signal] also from a signal handler: no lock, no malloc;
 *                         errno is left as it was
 *                [setup]  one thread, before or after all others use libtel
 *                [slow]   touches the disk; never on a hot path. A [slow]
 *                         call allocates, and out of memory ends the process
 *   Failure    Recording returns nothing and never fails: what can't be
 *              recorded is dropped and counted under "tel/dropped:<reason>"
 *              (full, name, space).
 *              Everything else returns a tel_status: TEL_OK or a negative
 *              TEL_E_ code. Positive values belong to your own callbacks.
 *              Out-parameters are untouched on failure.
 *   Ownership  libtel copies every string it is given and frees nothing that
 *              is yours. What it returns stays its own; handles live as long
 *              as the process.
 *   Structs    Start with their size in bytes, set by whoever fills them in
 *              (TEL_INIT does). They grow only at the end; a zero member
 *              means "the default". tel_frame alone is frozen.
 *   Strings    UTF-8, NUL-terminated. Counter names are chart:bucket, see
 *              "Counter names" below.
 *
 * Caveats
 *
 *   Fork       A child goes on counting into the same file; nothing need be
 *              called. What was counted in memory, before tel_open, stays the
 *              parent's: the child begins with nothing. The thread that
 *              TEL_ROTATE asks for is not in the child: its next [slow] call
 *              starts one.
 *   Exec, exit and kill lose nothing: a count is in the file when the call
 *              that added it returns. Counts made before tel_open are in
 *              memory until then.
 *   Signals    [signal] functions may be called in a handler at any time,
 *              even one that interrupted libtel.
 *   Mapping    64 MiB of address space are reserved for the file and for each
 *              of the last 16 weeks' (less if the process may not have that
 *              much), of which only the file's size is backed.
 *   Truncation A stranger who truncates a counter file while it is mapped
 *              makes the next add fail with SIGBUS, like an I/O error of the
 *              medium; nothing of libtel truncates one.
 *   Privilege  In a set-user-ID or set-group-ID program libtel is off: it
 *              opens no file and reads no environment variable.
 *   Exceptions Your callbacks must not throw: an exception that would pass
 *              libtel ends in std::terminate. Cancelling a thread waits for
 *              the end of tel_open, tel_rotate and other long calls.
 *   Unloading  The library stays loaded after dlclose, so handles stay valid.
 */
#ifndef TEL_H
#define TEL_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  define TEL_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define TEL_API __attribute__((visibility("default")))
#else
#  define TEL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ------------------------------------------------------------ */

#define TEL_VERSION_MAJOR 1
#define TEL_VERSION_MINOR 0
#define TEL_VERSION_PATCH 0
#define TEL_VERSION (TEL_VERSION_MAJOR * 1000000 + TEL_VERSION_MINOR * 1000 + TEL_VERSION_PATCH)

/* TEL_VERSION of the library that is loaded.  [any] [signal] */
TEL_API uint32_t tel_version(void);

/* ---- Status ------------------------------------------------------------- */

typedef int32_t tel_status;
enum {
    TEL_OK            =  0,
    TEL_E_INVALID     = -1,  /* an argument is wrong */
    TEL_E_OFF         = -2,  /* telemetry is off: by the user, or because it can't be safe here */
    TEL_E_IO          = -3,  /* the operating system refused */
    TEL_E_CORRUPT     = -4,  /* a file is not what it says it is */
    TEL_E_FULL        = -5,  /* no room left: on the disk, or in what libtel may use */
    TEL_E_NOT_FOUND   = -6,  /* no such counter, file or report */
    TEL_E_BUSY        = -7,  /* another process is doing the same thing, or this one has opened as another program */
    TEL_E_TIMEOUT     = -8,  /* time was up; what is left is done next time */
    TEL_E_UNSUPPORTED = -9,  /* this platform or file system can't do it */
    TEL_E_PLUGIN      = -10  /* a plugin failed or speaks another ABI */
};

/* "TEL_E_IO". Never NULL: "TEL_E_?" for a number that is none of these.  [any] [signal] */
TEL_API const char *tel_status_name(tel_status status);

/* One sentence on this thread's latest failure: what is wrong, where, and what
 * to do. "" if none; valid until this thread's next call.  [any] */
TEL_API const char *tel_error_message(void);

/* ---- Opening ------------------------------------------------------------ */

typedef struct tel_config {
    uint32_t    size;
    uint32_t    flags;        /* TEL_ROTATE and the others below */
    const char *directory;    /* telemetry directory; default: TEL_DIR, else the user's for this vendor */
    const char *program;      /* default: base name of the executable */
    const char *version;      /* of the program; default: "devel" */
    const char *toolchain;    /* recorded as GoVersion: "gcc12.2"; default: what built libtel */
    const char *destination;  /* URL of the vendor's collector, to which the user consented;
                                 default: reports stay local */
    int64_t   (*now)(void);   /* Unix seconds, UTC, callable from any thread; default: the system clock */
    const char *vendor;       /* the organisation that asks for consent; default: "tel" */
    uint32_t    max_names;    /* distinct names in one counter file, 1 to 100,000; default: 1,000 */
    uint32_t    reserved;     /* 0 */
    const char *uploader;     /* absolute path of the command tel, for TEL_UPLOAD; default: where
                                 this libtel was built to be installed, PREFIX/bin/tel */
} tel_config;

#ifdef __cplusplus
#  define TEL_INIT(type) ([]() { type made = type(); made.size = sizeof(type); return made; }())
#else
#  define TEL_INIT(type) { .size = sizeof(type) }
#endif

enum {
    TEL_ROTATE    = 1 << 0,   /* start a thread that calls tel_rotate when the week ends */
    TEL_NO_REPORT = 1 << 1,   /* never make reports in this process on its own (below) */
    TEL_AUTOMATION = 1 << 2,  /* runs under CI and test runners are use of this program, such as
                                 a CI action: they don't lower the mode (see "Consent") */
    TEL_UPLOAD    = 1 << 3,   /* start "tel upload" in the background, at most once a day (below) */
    TEL_STACK_PLUGINS = 1 << 4  /* load the plugins that walk and name stacks (see "Stacks") */
};

/* Opens the counter file of this program, version and toolchain. Counts made
 * earlier are kept and move into it. NULL means all defaults.
 *
 * Once a day, the process that opens or rotates also turns finished weeks
 * into local reports. It stops after 3 ms and leaves the rest to others, but
 * for a week that has waited for a report for 7 days: that one it makes.
 * TEL_NO_REPORT opts out, "tel report" or tel_flush_report does all of it.
 *
 * TEL_UPLOAD: if the mode is on and the destination is the one that the user
 * consented to, then, once a day for all programs of a vendor, the command tel
 * is started to upload what is due. It is a process of its own that outlives
 * this one: without its streams, descriptors and TEL_ variables, in "/", gone
 * within a minute. No SIGCHLD comes of it and no zombie. A process that is PID 1
 * or a child subreaper, which would inherit it, starts none; nor is any started
 * for the vendors "tel" and "go", or in a directory that TEL_DIR names. That it
 * cannot be started is no failure, but counted: "tel/upload:not-started".
 *
 * Programs open, libraries only count. Opening twice is harmless: the first
 * configuration stays. With another program, version, toolchain or directory
 * it is TEL_E_BUSY.
 *
 * Program, version and toolchain are printable UTF-8 on one line, the last two
 * without "/", and short enough for the file: at most about 380 bytes together,
 * and about 210 without the program's path; else TEL_E_INVALID.
 * TEL_E_OFF: counting is off (tel_error_message says why); nothing is written.
 * TEL_E_IO, TEL_E_FULL, TEL_E_UNSUPPORTED: the file can't be used, counts stay
 * in memory, and tel_rotate tries again.  [setup] [slow] */
TEL_API tel_status tel_open(const tel_config *config);

/* Starts a new file if the week is over, and again looks at the mode and at
 * whether the file is still in its place. A call with nothing to do costs a
 * few system calls.  TEL_E_INVALID before tel_open.  [any] [slow] */
TEL_API tel_status tel_rotate(void);

/* Unmaps the file. Handles stay valid, and count in memory until the next
 * tel_open, which may be for another program.  [setup] [slow] */
TEL_API void tel_close(void);

/* ---- Counters ----------------------------------------------------------- */

/* Counter names: chart or chart:bucket, the parts of a chart separated by "/"
 * from the general to the special, beginning with the program's or library's
 * name; printable UTF-8 without white space, at most one ":", 1 to 4096 bytes.
 * Values are 64 bits and saturate: UINT64_MAX means "that many or more". */

/* Adds one, or n, to the counter of this name. n = 0 does nothing.  [any] [signal] */
TEL_API void tel_counter_inc(const char *name);
TEL_API void tel_counter_add(const char *name, uint64_t n);

/* The counter's value in the current file, other processes' adds included;
 * before tel_open, after tel_close and in mode off, what this process has in
 * memory. TEL_E_NOT_FOUND if nobody has counted it.  [any] [slow] */
TEL_API tel_status tel_counter_read(const char *name, uint64_t *value);

/* For hot paths: look the name up once, then add through the handle.
 * Never NULL; lives as long as the process. A bad name gives a handle whose
 * adds are dropped and counted. An open file shows the counter, with 0, from
 * here on.
 *
 * The first word of a tel_counter is an atomic pointer to the 64-bit cell to
 * add to; it is never NULL and changes at rotation, so load it for each add.
 * Code that cannot afford a call may add to the cell itself.  [any] [slow] */
typedef struct tel_counter tel_counter;
TEL_API tel_counter *tel_counter_named(const char *name);

/* The same for any 1 to 4096 bytes without a line feed, NUL and white space
 * included: for bindings that must be as lenient as golang.org/x/telemetry.
 * [any] [slow] */
TEL_API tel_counter *tel_counter_named_bytes(const void *name, size_t length);

/* Adds n through a handle. NULL is ignored.  [any] [signal] */
TEL_API void tel_add(tel_counter *counter, uint64_t n);

/* ---- Histograms --------------------------------------------------------- */

/* A histogram is a chart with one counter for each bucket, named by its upper
 * bound: "gopls/hover/latency:<10ms" counts what took less than 10 ms and not
 * less than the bound before. What is beyond the last bound is in ":<inf". */
typedef int32_t tel_unit;
enum {
    TEL_UNIT_NONE        = 0,   /* "<100" */
    TEL_UNIT_NANOSECONDS = 1,   /* "<10ms": the largest of ns us ms s m h that divides the bound */
    TEL_UNIT_BYTES       = 2    /* "<4KiB": the largest of B KiB MiB GiB TiB that divides the bound */
};

typedef struct tel_histogram tel_histogram;

/* Bounds ascend strictly, are greater than 0, and are 1 to 64 in number.
 * NULL and 0 mean, for nanoseconds, the usual ones of latencies:
 * 10ms 50ms 100ms 200ms 500ms 1s 5s 24h. A chart that exists already with the
 * same bounds is returned again. TEL_E_INVALID: the chart's name has a ":" or
 * is none, or the bounds are wrong.  [any] [slow] */
TEL_API tel_status tel_histogram_named(tel_histogram **histogram, const char *chart,
                                       tel_unit unit, const uint64_t *bounds, size_t count);

/* Counts one value, in the histogram's unit. NULL is ignored.  [any] [signal] */
TEL_API void tel_histogram_record(tel_histogram *histogram, uint64_t value);

/* ---- Stacks ------------------------------------------------------------- */

typedef struct tel_frame {   /* frozen: passed in arrays */
    const char *scope;       /* package, module or library; NULL or "" if there is none */
    const char *function;
    int64_t     line;        /* from the function's first line */
    uint64_t    offset;      /* of the pc, from the function's entry */
    uint32_t    flags;
    uint32_t    reserved;
} tel_frame;

enum {
    TEL_FRAME_INLINED = 1 << 0  /* line counts from the start of the file */
};

/* Adds one to the counter named by this name and the caller's stack, at most
 * depth frames deep (1 to 64; 0 means 16). Frames of libtel itself are left
 * out. Functions are named from the symbol tables of the files that they were
 * loaded from, without arguments.
 *
 * The first time, a stack is named; later it is known by its addresses. Walking
 * it, by backtrace(3), takes microseconds. With TEL_STACK_PLUGINS, tel_open loads
 * the plugins in the folder tel/plugins beside libtel.so that walk stacks faster
 * (libunwind) or know lines (libdw); what is wrong with one is logged.
 *
 * In an extension of CPython (3.9 or later), where the thread holds the GIL, the
 * frames of Python follow those of C, in place of the interpreter's own.
 * [any] [slow] */
TEL_API void tel_stack_inc(const char *name, uint32_t depth);

/* The same with frames that a language binding walked itself, innermost
 * first.  [any] [slow] */
TEL_API void tel_stack_inc_frames(const char *name, const tel_frame *frames, size_t count);

/* ---- Crashes ------------------------------------------------------------ */

enum {
    TEL_CRASH_CHAIN = 1 << 0  /* the handlers that are there end the process: go on with them */
};

/* From here on, if this process dies of SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT,
 * its stack is counted as "crash/crash" when reports are made next, or at the
 * latest 7 days later. It still dies as it would have, with the same status and
 * core dump; what is written is a file in the telemetry directory, in the folder
 * crash, which an ordinary end removes. In forked children, too. It counts as the
 * program that was open here; after opening another one, call it again.
 *
 * TEL_E_OFF: counting is off. TEL_E_INVALID: before tel_open. TEL_E_UNSUPPORTED:
 * libtel's library for crashes is not installed; the main program is Go's; or a
 * signal has a handler of which libtel does not know that it ends the process, as
 * Python's faulthandler does.  [setup] [slow] */
TEL_API tel_status tel_crash_watch(uint32_t flags);

/* An alternate stack for the calling thread until it ends, so that its stack
 * overflow is seen, too. tel_crash_watch gives its own caller one. A thread that
 * has one keeps it.  [any] [slow] */
TEL_API tel_status tel_crash_thread(void);

/* ---- Consent ------------------------------------------------------------ */

typedef int32_t tel_mode;
enum {
    TEL_MODE_OFF   = 0,      /* count nothing, send nothing */
    TEL_MODE_LOCAL = 1,      /* count, but send nothing: the default */
    TEL_MODE_ON    = 2       /* count, and send approved counters */
};

/* The mode in effect, the lowest of all layers: what this build of libtel was
 * limited to, the machine's policy (/etc/tel/policy), DO_NOT_TRACK, TEL_MODE, a
 * test runner (off, unless a directory is given), a CI service (local at most),
 * the mode file. "tel status --explain" shows them.  [any] [slow] */
TEL_API tel_mode tel_get_mode(void);

/* What the user has said: the mode in the mode file, local if there is none.
 * Another layer may hold the mode in effect down.  [any] [slow] */
TEL_API tel_mode tel_stored_mode(void);

/* Writes the mode file of the vendor that is open, else of vendor "tel". What
 * other layers lower stays low. Off stops this process at once, and deletes all
 * counter files: other processes go on adding to memory that nobody can
 * read, and stop at their next tel_rotate or tel_open. Finished reports stay.
 * TEL_E_BUSY: the mode is off, but for five seconds reports were being made, and
 * the files are still there; call again. For vendor "go" no file is deleted, as
 * the Go toolchain deletes none.  [any] [slow] */
TEL_API tel_status tel_set_mode(tel_mode mode);

/* Whether it is time to ask the user if reports may be sent to this URL, for
 * which he can read a text of this version: 1, or 0 (tel_error_message says why
 * not). It is time if that would not disturb: standard input and standard error
 * are a terminal; no test runner and no CI service is at work; no other layer
 * forbids it; he has not been asked this before, nor set a mode himself; and
 * this is at least the third day on which this was called, which the file "days"
 * in the telemetry directory knows. After tel_open, with a vendor of one's own.
 * <tel/prompt.h> asks.  [any] [slow] */
TEL_API int32_t tel_consent_should_ask(const char *destination, const char *text_version);

/* Writes what the user said when asked: the mode file, the destination, and
 * which question it was. A new destination or text is another question.
 * TEL_E_INVALID: the vendor is "tel" or "go", or a text is not one word.
 * [any] [slow] */
TEL_API tel_status tel_consent_record(tel_mode mode, const char *destination, const char *text_version);

/* ---- Reports ------------------------------------------------------------ */

/* Turns every finished week into a report, local/local.<date>.json in the
 * telemetry directory. At most one process works at a time; the others get
 * TEL_E_BUSY. TEL_E_TIMEOUT: time was up, and what is left is done next time;
 * 0 means no limit, and a minute for uploading. Nothing is lost or counted twice
 * whenever it is cut short.
 *
 * Then, if the mode is on, a destination was given to tel_open and the vendor is
 * one's own, what is due is uploaded there; never from a directory that TEL_DIR
 * names. TEL_E_INVALID: this destination is not the one that the user consented
 * to. TEL_E_UNSUPPORTED: libtel's library for uploading is not installed.
 * Whatever the uploading says, the reports were made.  [any] [slow] */
TEL_API tel_status tel_flush_report(uint32_t timeout_ms);

typedef struct tel_flush_result {
    uint32_t size;
    uint32_t flags;      /* 0 */
    uint32_t made;       /* reports that were made, on this machine */
    uint32_t sent;       /* reports that the collector took */
    uint32_t rejected;   /* reports that it refused, or that were too old; they are not sent again */
    uint32_t waiting;    /* reports that wait for a later try */
} tel_flush_result;

/* The same, with figures. They are filled in also on failure; NULL is allowed.
 * [any] [slow] */
TEL_API tel_status tel_flush_report_result(uint32_t timeout_ms, tel_flush_result *result);

typedef struct tel_program {
    uint32_t    size;
    uint32_t    flags;
    const char *program;
    const char *version;
    const char *toolchain;
    const char *os;
    const char *arch;
} tel_program;

/* A member that is NULL is skipped. A non-zero return ends the visit and is
 * what tel_report_visit returns. Strings are valid during the call; a stack's
 * name has one line for each frame. */
typedef struct tel_visitor {
    uint32_t   size;
    uint32_t   flags;
    void      *context;
    tel_status (*week)(void *context, const char *begin, const char *end);
    tel_status (*program)(void *context, const tel_program *program);
    tel_status (*counter)(void *context, const char *name, uint64_t value);
    tel_status (*stack)(void *context, const char *name, uint64_t value);
} tel_visitor;

/* Walks a counter file (its name ends in .count) or a report (.json): week
 * once, then each program followed by its counters and stacks in byte order
 * of their names. A report has no begin: it is "". A name with a NUL in it, which
 * only other libraries make, ends there. A NULL path means this process's own
 * counter file.  [any] [slow] */
TEL_API tel_status tel_report_visit(const char *path, const tel_visitor *visitor);

/* Writes the same in a format for other systems: "json", "csv", "prometheus",
 * "otlp" (OpenTelemetry's, in JSON), or one that a plugin offers. write is called
 * on this thread, with the next bytes each time; what it returns other than
 * TEL_OK ends the export and is returned. Nothing leaves the machine by this.
 * TEL_E_UNSUPPORTED: nobody offers the format. TEL_E_INVALID: the plugin that
 * does would send it elsewhere; only "tel export" gives it what may leave.  [any] [slow] */
typedef tel_status (*tel_write_fn)(void *context, const void *bytes, size_t count);
TEL_API tel_status tel_report_export(const char *path, const char *format,
                                     tel_write_fn write, void *context);

/* ---- Probes ------------------------------------------------------------- */

/* A probe is a function made at run time with the signature of another one, the
 * target: it adds one to a counter, then calls the target with the same arguments.
 * It is for code that takes a function and that nobody can edit: qsort, an
 * allocator's table, a callback.
 *
 * Signatures are result(arguments) in the letters of Python's struct module:
 * "i(PP)" is a comparison function, "v()" takes and returns nothing.
 *
 *   c b h i l q n   char, signed char, short, int, long, long long, ssize_t
 *   B H I L Q N ?   the unsigned ones of b h i l q n, and _Bool
 *   f d g           float, double, long double; with Z before it, complex: "Zd"
 *   P               any pointer
 *   T{...}          a structure by value, of these and of other structures;
 *                   "4i" in it is an array of four, or four members
 *   v               void, as a result
 *   ...             at the end: any number of further arguments, "i(P...)"
 *
 * In arguments, "3d" is "ddd". An enum is an i or I, usually; there are no unions. */
typedef struct tel_probe tel_probe;
typedef void (*tel_function)(void);

/* Counters of a probe named "app/read" besides "app/read" itself, which counts
 * calls as they begin. */
enum {
    TEL_PROBE_LATENCY = 1 << 0, /* how long calls took: app/read:<10ms and so on, as usual */
    TEL_PROBE_RESULT  = 1 << 1, /* what they returned: app/read:ok or app/read:error, or of a list */
    TEL_PROBE_ERRNO   = 1 << 2  /* errno when that was an error: app/read/errno:ENOENT */
};

/* Makes a probe.
 *
 * An error is: a negative number, or one that is none; NULL; false; of unsigned
 * integers and pointers, the greatest one, as in (size_t)-1 and MAP_FAILED. All
 * else is ok. For other meanings, a list follows the result's letter, an integer's:
 * "i{0=ok,101=done,*=error}(PPi)" counts app/read:done when 101 is returned. "*"
 * are all that are not in the list, which are not counted without it; what the list
 * calls "error" is an error. A bucket is of letters, digits, "_", "-", "." and "+".
 * errno is counted as it is after an error, unless it is 0, whether or not it was
 * the same before; the target must be of those that set it.
 *
 * Without flags, a probe on x86-64 is a stub: it counts and jumps, takes 2 ns, and
 * may be a target's every use: variadic, interrupted by a signal, left by an
 * exception or longjmp. Other probes are made by the plugin libffi, and take 60 to
 * 120 ns: they leave errno as the target has left it, and exceptions and longjmp
 * pass, too, but a call so left has neither latency nor result: it is counted as
 * "tel/dropped:unwound", after a longjmp once there is another call or return of
 * such a probe above it in the thread, at most 60 deep. (Fibers look the same.)
 * They use 1 KiB more of stack than the target does, and the arguments' once more.
 *
 * TEL_E_INVALID: the signature or the counter's name is wrong; tel_error_message
 * says where. With flags, a name has no ":". TEL_E_UNSUPPORTED: libtel's library
 * for probes is not installed, or no plugin makes functions of this signature, as
 * of variadic ones.  [any] [slow] */
TEL_API tel_status tel_probe_new(tel_probe **probe, const char *counter,
                                 const char *signature, tel_function target,
                                 uint32_t flags);

/* The function to give to others, for as long as the probe lives. NULL for a
 * NULL probe.  [any] */
TEL_API tel_function tel_probe_function(const tel_probe *probe);

/* Nobody may be in the function, or call it later. NULL is ignored. (A stub goes
 * on calling its target until 1,024 others have been freed.)  [any] [slow] */
TEL_API void tel_probe_free(tel_probe *probe);

/* ---- Plugins ------------------------------------------------------------ */

/* What carries reports to a collector, and other extras, are plugins:
 * <tel/plugin.h> says what one looks like. Those that came with libtel are found
 * when they are needed; these two are for others.
 *
 * tel_plugin_load loads the shared library at this path, tel_plugin_register
 * takes the same description from inside the program, which must stay where it
 * is. The settings are the plugin's own, and may be NULL. A plugin is never
 * unloaded, and is in a forked child, too.
 * TEL_E_PLUGIN: the library, or its folder, is not the user's own or root's, or
 * others may write to it; it is no plugin, one for another libtel, or would not
 * start; or there is a plugin of that name already.
 * TEL_E_UNSUPPORTED: libtel's library for plugins is not installed.
 * [any] [slow] */
struct tel_plugin;
TEL_API tel_status tel_plugin_load(const char *path, const char *settings);
TEL_API tel_status tel_plugin_register(const struct tel_plugin *plugin, const char *settings);

/* ---- Diagnostics -------------------------------------------------------- */

/* The telemetry directory and the counter file in use, "" if there is none;
 * valid until this thread's next call.  [any] [slow] */
TEL_API const char *tel_directory(void);
TEL_API const char *tel_counter_file(void);

typedef int32_t tel_level;
enum { TEL_DEBUG = 0, TEL_INFO = 1, TEL_WARNING = 2, TEL_ERROR = 3 };

/* libtel prints nothing by itself: sentences worth reading go to this
 * function. It is called on the thread that met the problem, also from
 * recording: if you record in signal handlers, it must be safe in one. It may
 * call libtel, and is not told of what happens in those calls. NULL restores
 * the silence.  [setup] */
typedef void (*tel_log_fn)(void *context, tel_level level, const char *message);
TEL_API void tel_set_logger(tel_log_fn log, void *context);

#ifdef __cplusplus
}
#endif

#endif /* TEL_H */
