/*
 * tel/plugin.h - what a libtel plugin looks like.
 *
 * A plugin is a shared library with a manifest and one exported function,
 * tel_plugin_entry, that returns a description of itself. The description
 * answers for the interfaces below; a plugin offers as many of them as it likes.
 * A program may also hand libtel the same description itself, by
 * tel_plugin_register: then there is no library and no manifest.
 *
 * A plugin's functions must not throw, longjmp or end the process. A plugin is
 * never unloaded.
 */
#ifndef TEL_PLUGIN_H
#define TEL_PLUGIN_H

#include "../tel.h"

#define TEL_PLUGIN_ABI 1

#if defined(_WIN32)
#  define TEL_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#  define TEL_EXPORT __attribute__((visibility("default")))
#else
#  define TEL_EXPORT
#endif

/* A linker that leaves out what nobody refers to leaves a manifest where it is. */
#if defined(__has_attribute)
#  if __has_attribute(retain)
#    define TEL_PLUGIN_KEPT __attribute__((section(TEL_PLUGIN_SECTION), used, retain))
#  endif
#endif
#ifndef TEL_PLUGIN_KEPT
#  define TEL_PLUGIN_KEPT __attribute__((section(TEL_PLUGIN_SECTION), used))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Manifest ------------------------------------------------------------ */

/* What libtel reads in the file before it loads it: text in an ELF section of
 * its own, a line for each "key value". Once in a plugin, at file level:
 *
 *     TEL_PLUGIN_MANIFEST("name https\n"
 *                         "version 1.0.0\n"
 *                         "summary sends reports by HTTPS\n"
 *                         "transport https http\n")
 *
 *   abi        TEL_PLUGIN_ABI, which the macro writes itself
 *   name       as in tel_plugin.name: 1 to 32 of a to z, 0 to 9 and "-"
 *   version    of the plugin; one word
 *   summary    one line for people
 *   transport  the schemes of URLs that it carries documents to; none, or one line
 *   offers     the ids of other interfaces that are to be found by
 *   exporter   the format that it writes reports in; "sends" behind it, if it sends them somewhere
 *   stack-provider  "usual": TEL_STACK_PLUGINS loads it; "asked": tel_plugin_load does
 *
 * Keys that are not known are skipped. At most 4096 bytes, and one in a file.
 * No semicolon behind it. */
#define TEL_PLUGIN_SECTION ".tel.plugin"
#define TEL_PLUGIN_TEXT_(number) #number
#define TEL_PLUGIN_TEXT(number) TEL_PLUGIN_TEXT_(number)
#define TEL_PLUGIN_MANIFEST(text) \
    TEL_PLUGIN_KEPT static const char tel_plugin_manifest[] = "abi " TEL_PLUGIN_TEXT(TEL_PLUGIN_ABI) "\n" text;

/* ---- Plugin -------------------------------------------------------------- */

/* What libtel offers a plugin. Valid until the plugin's stop returns. */
typedef struct tel_host {
    uint32_t    size;
    uint32_t    abi;
    void       *self;
    const char *version;      /* of libtel: "1.0.0" */
    const char *directory;    /* the telemetry directory in use, "" if none is */
    void (*log)(void *self, tel_level level, const char *message);          /* [any] */
    void (*count)(void *self, const char *counter, uint64_t n);             /* [any] [signal] */
    const void *(*query)(void *self, const char *interface_id);             /* [any] NULL: not offered */
} tel_host;

/* What a plugin is. Static data: libtel keeps the pointer for good. Names and
 * texts are at most 256 bytes. */
typedef struct tel_plugin {
    uint32_t    size;
    uint32_t    abi;          /* TEL_PLUGIN_ABI it was built with */
    const char *name;         /* unique: "https" */
    const char *version;
    const char *summary;      /* one line for "tel plugins" */
    /* May be NULL. What is stored in *state is given to all other functions. A
     * failure's sentence is logged. [slow], once */
    tel_status (*start)(const tel_host *host, const char *settings, void **state);
    void       (*stop)(void *state);                 /* may be NULL. [slow], at most once */
    const void *(*query)(const char *interface_id);  /* [any] NULL: not offered */
} tel_plugin;

typedef const tel_plugin *(*tel_plugin_entry_fn)(void);
#define TEL_PLUGIN_ENTRY "tel_plugin_entry"
TEL_EXPORT const tel_plugin *tel_plugin_entry(void);

/* ---- Transport: carries a document somewhere ----------------------------- */

#define TEL_TRANSPORT "tel.transport/1"

typedef struct tel_document {
    uint32_t    size;
    uint32_t    flags;
    const char *name;         /* "2026-11-27.json" */
    const char *media_type;   /* "application/json" */
    const void *bytes;
    size_t      count;
} tel_document;

/* One request to the collector. Strings and bytes are valid during the call. */
typedef struct tel_request {
    uint32_t            size;
    uint32_t            flags;
    const char         *url;         /* where to, complete */
    const tel_document *document;    /* to deliver there; NULL: fetch what is there */
    const char         *tag;         /* of what the caller has from there already (an ETag); NULL: nothing */
    uint32_t            timeout_ms;  /* for the whole exchange, greater than 0 */
    uint32_t            most;        /* more bytes of an answer than these are an error */
} tel_request;

/* What came back. libtel sets size and the two functions' context; the
 * transport the rest. */
typedef struct tel_answer {
    uint32_t    size;
    uint32_t    flags;
    int32_t     code;         /* as in HTTP: 200, 304, 404, 503 */
    uint32_t    retry_after;  /* do not ask again for so many seconds; 0: not said */
    void       *context;
    /* Takes the next bytes of the answer. Not TEL_OK: they are too many, stop. */
    tel_status (*write)(void *context, const void *bytes, size_t count);
    /* Tells one more thing: "tag" (an ETag), "location" (where code 301, 302,
     * 303, 307 or 308 leads, a complete URL), "problem" (a sentence on a
     * failure). libtel copies the text. */
    void      (*tell)(void *context, const char *key, const char *text);
} tel_answer;

typedef struct tel_transport {
    uint32_t           size;
    uint32_t           flags;
    const char *const *schemes;   /* NULL-terminated: "https", "http" */
    /* Delivers and nothing more, for transports that are one-way. May be NULL if
     * exchange is not. TEL_OK: delivered, never sent again. TEL_E_TIMEOUT or
     * TEL_E_IO: try again later. Anything else: refused, do not send again.
     * Runs where exchange does. [slow], one thread at a time, not always the same */
    tel_status (*send)(void *state, const char *url, const tel_document *document, uint32_t timeout_ms);
    /* Preferred to send, if it is there. TEL_OK: there is an answer, whatever its
     * code. TEL_E_TIMEOUT or TEL_E_IO: there is none, try again later. Anything
     * else: it makes no sense to try again. Redirects are not followed; libtel
     * does that. From a plugin's file it runs on a thread of libtel's, with all
     * signals blocked. If it has not returned 2 s after timeout_ms, it is left
     * alone, fails with TEL_E_TIMEOUT, and is not called again in the process;
     * what it calls of the answer then, or after it has returned, answers
     * TEL_E_TIMEOUT and is not heard. [slow], one thread at a time, not always
     * the same */
    tel_status (*exchange)(void *state, const tel_request *request, tel_answer *answer);
} tel_transport;

/* ---- Exporter: writes a report in another format ------------------------- */

#define TEL_EXPORTER "tel.exporter/1"

/* For "tel export --format" and tel_report_export. libtel calls begin, visits a
 * report with the visitor that begin has filled in, as tel_report_visit does, and
 * calls end once. What is no character is U+FFFD in the names that it tells. */
typedef struct tel_exporter {
    uint32_t    size;
    uint32_t    flags;        /* 0 */
    const char *format;       /* 1 to 32 of a to z, 0 to 9 and "-"; not json, csv, prometheus or otlp */
    const char *media_type;   /* "text/plain" */
    const char *suffix;       /* of a file's name: ".txt" */
    /* Sets the visitor's context, and the functions that are to be called; the
     * others stay NULL. write may be called until end returns; if it does not
     * answer TEL_OK, the export is over and that is what is to be returned. If
     * begin fails, nothing else is called. [slow], one thread at a time */
    tel_status (*begin)(void *state, tel_write_fn write, void *context, tel_visitor *visitor);
    /* visited is how the visit ended: whatever begin has allocated is freed here. [slow] */
    tel_status (*end)(void *state, tel_visitor *visitor, tel_status visited);
    /* NULL: it writes, and nothing else. A plugin that sends what it is told
     * names the URL here. It gets what an upload would send, if the user has
     * agreed to this very destination, and from "tel export" alone. */
    const char *destination;
} tel_exporter;

/* ---- Stack provider: walks and names the caller's stack ------------------ */

#define TEL_STACK_PROVIDER "tel.stack-provider/1"

/* Either function may be NULL. Of several plugins, the one that was loaded last
 * is asked. */
typedef struct tel_stack_provider {
    uint32_t size;
    uint32_t flags;
    /* [any] [signal] The return addresses of the calling thread, innermost
     * first; returns how many were stored. One in the
     * plugin itself and one in libtel may come first, and no more. 0: this stack
     * cannot be walked. */
    uint32_t (*unwind)(void *state, uintptr_t *pcs, uint32_t capacity);
    /* [any] The frames at one pc, inlined ones first; returns how many were
     * stored. Their strings stay valid for as long as the process lives. The pc
     * is in the instruction of the call. libtel demangles a function's name and
     * leaves out arguments; a scope that is NULL it takes from the library. 0:
     * nothing is known there. */
    uint32_t (*symbolize)(void *state, uintptr_t pc, tel_frame *frames, uint32_t capacity);
} tel_stack_provider;

/* ---- Trampoline: makes functions at run time, for probes ----------------- */

#define TEL_TRAMPOLINE "tel.trampoline/1"

/* One call of a function that is watched, while it is under way. */
typedef struct tel_call {
    uint32_t    size;
    int32_t     error;        /* errno: as the caller has it, then as the target has left it */
    void       *context;
    void       *frame;        /* a place in the call's own frame: later calls are below it */
    const void *result;       /* once the target has returned: where its result is; integers,
                                 pointers and _Bool are widened to 64 bits. NULL for void */
    uint64_t    own;          /* 0 at first; for those who watch */
} tel_call;

/* Signatures are as tel.h has them under "Probes", without a list of values and
 * without "...": libtel has looked at them, but a plugin relies on that at its own
 * risk. A function has the ABI of the processor's C, leaves errno as the target
 * has left it, and lets exceptions and longjmp pass. */
typedef struct tel_trampoline {
    uint32_t size;
    uint32_t flags;
    /* [any] [slow] entry has the signature; a call to it runs before(context),
     * the target with the same arguments, then after(context). Either may be
     * NULL. TEL_E_UNSUPPORTED: not with this signature. */
    tel_status (*make)(void *state, const char *signature, tel_function target,
                       void (*before)(void *context), void (*after)(void *context),
                       void *context, tel_function *entry, void **made);
    /* [any] [slow] Nobody is in the function, or calls it later. */
    void (*free)(void *state, void *made);
    /* [any] [slow] The same with what there is to know of the call. If the target
     * throws, or the thread ends in it, unwound runs instead of after; a longjmp
     * runs neither. May be NULL. */
    tel_status (*watch)(void *state, const char *signature, tel_function target,
                        void (*before)(tel_call *call), void (*after)(tel_call *call),
                        void (*unwound)(tel_call *call),
                        void *context, tel_function *entry, void **made);
} tel_trampoline;

#ifdef __cplusplus
}
#endif

#endif /* TEL_PLUGIN_H */
