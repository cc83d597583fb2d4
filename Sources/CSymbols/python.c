/* Frames of Python, for stacks that go through its interpreter. Its functions are
 * looked up in the process, for libtel is built for no version of it: 3.9 and
 * later have them. All of it is done with the GIL held, and without it not at all:
 * no code of Python runs in here, and nobody waits. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "csymbols.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

typedef void object;

/* In the order of `names`. */
static struct functions {
    int (*is_initialized)(void);
    object *(*this_thread)(void);
    object *(*frame_of)(object *thread);
    object *(*back)(object *frame);
    object *(*code_of)(object *frame);
    int (*line_of)(object *frame);
    object *(*attribute)(object *of, const char *name);
    object *(*item)(object *dictionary, const char *key);
    const char *(*utf8)(object *text, ptrdiff_t *length);
    object *(*encoded)(object *text, const char *encoding, const char *errors);
    char *(*bytes_of)(object *bytes);
    ptrdiff_t (*length_of)(object *bytes);
    long (*number)(object *integer);
    void (*fetch)(object **type, object **value, object **traceback);
    void (*restore)(object *type, object *value, object *traceback);
    void (*clear)(void);
    void (*hold)(object *what);
    void (*release)(object *what);
    const char *(*version)(void);
} python;

static const char names[] = "Py_IsInitialized\0PyGILState_GetThisThreadState\0PyThreadState_GetFrame\0PyFrame_GetBack\0PyFrame_GetCode\0"
    "PyFrame_GetLineNumber\0PyObject_GetAttrString\0PyDict_GetItemString\0PyUnicode_AsUTF8AndSize\0PyUnicode_AsEncodedString\0"
    "PyBytes_AsString\0PyBytes_Size\0PyLong_AsLong\0PyErr_Fetch\0PyErr_Restore\0PyErr_Clear\0Py_IncRef\0Py_DecRef\0Py_GetVersion\0";

/* Whose GIL it is; its name has changed. */
static object *(*current_thread)(void);
/* Missing before 3.11; a line says as much, and takes longer to find. */
static int (*instruction_of)(object *frame);
/* 3.11 makes frames when they are asked for, and before 3.12 garbage may be
 * collected, which runs code, whenever something is made. NULL for later ones, and
 * for 3.9, which has no such functions and makes nothing but for odd names. */
static int (*stop_collecting)(void), (*go_on_collecting)(void);
/* The program or library that has the interpreter. */
static uintptr_t start, end;

enum { UNKNOWN, LOOKING, KNOWN };
static int stage = UNKNOWN;

static void *find(const char *name) { return dlsym(RTLD_DEFAULT, name); }

static bool look(void) {
    void *there = find(names);
    csymbols_module module;
    if (!there || !csymbols_find((uintptr_t)there, &module)) return false;
    const ElfW(Phdr) *parts = module.parts;
    start = UINTPTR_MAX;
    end = 0;
    for (size_t at = 0; at < module.parts_length / sizeof *parts; at++) {
        uintptr_t from = module.bias + parts[at].p_vaddr, to = from + parts[at].p_memsz;
        if (parts[at].p_type != PT_LOAD) continue;
        if (from < start) start = from;
        if (to > end) end = to;
    }
    void **functions = (void **)&python;
    for (const char *name = names; *name; name += strlen(name) + 1) {
        if (!(*functions++ = find(name))) return false;
    }
    void *current = find("PyThreadState_GetUnchecked");
    if (!current) current = find("_PyThreadState_UncheckedGet");
    current_thread = (object * (*)(void)) current;
    instruction_of = (int (*)(object *))find("PyFrame_GetLasti");
    if (strncmp(python.version(), "3.10.", 5) == 0 || strncmp(python.version(), "3.11.", 5) == 0) {
        stop_collecting = (int (*)(void))find("PyGC_Disable");
        go_on_collecting = (int (*)(void))find("PyGC_Enable");
    }
    return current_thread != NULL;
}

/* Whether there is an interpreter. With `looks`, one may have come since. */
static bool is_here(bool looks) {
    int now = __atomic_load_n(&stage, __ATOMIC_ACQUIRE), before = UNKNOWN;
    if (now == KNOWN) return true;
    if (!looks || now == LOOKING || !__atomic_compare_exchange_n(&stage, &before, LOOKING, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return false;
    bool found = look();
    __atomic_store_n(&stage, found ? KNOWN : UNKNOWN, __ATOMIC_RELEASE);
    return found;
}

/* This thread, if it holds the GIL, or else NULL. PyGILState_Check would say yes
 * whoever holds it, once there are sub-interpreters. An interpreter that ends is
 * no longer initialized. */
static object *this_thread(void) {
    if (!python.is_initialized()) return NULL;
    object *thread = current_thread();
    return thread && thread == python.this_thread() ? thread : NULL;
}

/* Takes the one, gives the other. */
static object *next(object *frame) {
    object *outer = python.back(frame);
    python.release(frame);
    return outer;
}

bool csymbols_join_python(void **words, uint32_t *count, uint32_t *joined, uint32_t depth, bool looks) {
    if (*joined > 0 || !is_here(looks)) return false;
    uint32_t native = 0, frames = 0;
    while (native < *count && ((uintptr_t)words[native] <= start || (uintptr_t)words[native] > end)) native++;
    if (native == *count) return false;
    object *thread = this_thread();
    if (!thread) return false;
    bool collects = stop_collecting && stop_collecting();
    for (object *frame = python.frame_of(thread); frame; frame = next(frame)) {
        if (frames == depth - native) {
            python.release(frame);
            break;
        }
        object *code = python.code_of(frame);
        /* It lives for as long as the frame does. */
        python.release(code);
        words[native + 2 * frames] = code;
        words[native + 2 * frames + 1] = (void *)(uintptr_t)(instruction_of ? instruction_of(frame) : python.line_of(frame));
        frames++;
    }
    if (collects) go_on_collecting();
    if (frames == 0) return false;
    *count = native;
    *joined = frames;
    return true;
}

void csymbols_hold_python(void *const *words, uint32_t count) {
    for (uint32_t at = 0; at < count; at++) python.hold(words[2 * at]);
}

/* ---- Names, as bindings/python makes them ---------------------------------- */

typedef struct writer {
    char *at, *end;    /* there is room for two more behind the end */
} writer;

static void put(writer *into, const char *text, size_t length) {
    if (into->at >= into->end) return;
    if (length > (size_t)(into->end - into->at)) length = (size_t)(into->end - into->at);
    memcpy(into->at, text, length);
    into->at += length;
}

/* Template engines, for one, name modules after files: a path is no name. */
static void put_plain(writer *into, const char *text, size_t length) {
    if (memchr(text, '/', length) || memchr(text, '\\', length)) {
        put(into, "?", 1);
        return;
    }
    char *from = into->at;
    put(into, text, length);
    for (; from < into->at; from++) {
        if (*from == 0 || *from == '\n') *from = '?';
    }
}

/* Nothing, of what is no string. */
static void put_text(writer *into, object *text) {
    ptrdiff_t length = 0;
    const char *bytes = text ? python.utf8(text, &length) : NULL;
    if (bytes) {
        put_plain(into, bytes, (size_t)length);
    } else if (text) {
        python.clear();
        /* Half a character, maybe. */
        object *replaced = python.encoded(text, "utf-8", "replace");
        if (replaced) put_plain(into, python.bytes_of(replaced), (size_t)python.length_of(replaced));
        python.release(replaced);
    }
    python.clear();
}

/* The function is what is behind the last dot of module and qualified name. */
static void name(object *frame, tel_frame *made, writer *into) {
    object *code = python.code_of(frame), *variables = python.attribute(frame, "f_globals");
    char *scope = into->at;
    put_text(into, variables ? python.item(variables, "__name__") : NULL);
    char *separator = into->at;
    *into->at++ = '.';
    /* Without the class before Python 3.11. */
    object *qualified = python.attribute(code, instruction_of ? "co_qualname" : "co_name");
    put_text(into, qualified);
    char *dot = memrchr(separator, '.', (size_t)(into->at - separator));
    *into->at++ = 0;
    *dot = 0;
    if (dot == separator + 1) *separator = 0;
    if (scope == separator && dot != separator) scope++;
    object *first = python.attribute(code, "co_firstlineno");
    long line = python.line_of(frame), begin = first ? python.number(first) : 0;
    *made = (tel_frame){scope, dot + 1, line > begin ? line - begin : 0, 0, 0, 0};
    python.clear();
    python.release(first);
    python.release(qualified);
    python.release(variables);
    python.release(code);
}

uint32_t csymbols_name_python(tel_frame *frames, uint32_t capacity, char *room, size_t length) {
    writer into = {room, room + length - 2};
    uint32_t count = 0;
    object *thread = this_thread();
    if (!thread) return 0;
    bool collects = stop_collecting && stop_collecting();
    object *type, *value, *traceback;
    python.fetch(&type, &value, &traceback);
    for (object *frame = python.frame_of(thread); frame; frame = next(frame)) {
        if (count == capacity || into.at >= into.end) {
            python.release(frame);
            break;
        }
        char *begin = into.at;
        name(frame, &frames[count], &into);
        /* What a name in a file writes once takes its room once. */
        tel_frame *made = &frames[count];
        if (count > 0 && strcmp(made->scope, made[-1].scope) == 0) {
            size_t rest = (size_t)(into.at - made->function);
            made->scope = made[-1].scope;
            made->function = memmove(begin, made->function, rest);
            into.at = begin + rest;
        }
        count++;
    }
    python.restore(type, value, traceback);
    if (collects) go_on_collecting();
    return count;
}
