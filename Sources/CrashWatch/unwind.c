#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unwind.h"

#include "tables.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

char unwind_program[sizeof((crash_module *)0)->path];

/* glibc's way to find a module: it takes no lock, in contrast to
 * dl_iterate_phdr, which a crash within dlopen would wait for for ever. Since
 * glibc 2.35; without it no module is found. */
#ifdef DLFO_STRUCT_HAS_EH_DBASE
typedef struct dl_find_object dl_object;
#else
typedef struct dl_object {
    unsigned long long flags;
    void *dlfo_map_start, *dlfo_map_end;
    struct link_map *dlfo_link_map;
    void *dlfo_eh_frame;
    unsigned long long reserved[7];
} dl_object;
#endif
static int (*find_object)(void *, dl_object *);

void unwind_prepare(void) {
    find_object = (int (*)(void *, dl_object *))dlsym(RTLD_DEFAULT, "_dl_find_object");
    ssize_t count = readlink("/proc/self/exe", unwind_program, sizeof unwind_program - 1);
    unwind_program[count > 0 ? count : 0] = 0;
}

static bool find(uintptr_t pc, dl_object *object) { return find_object && pc && find_object((void *)pc, object) == 0; }

/* The module's build-id, from its first page. */
static void read_id(const dl_object *object, crash_module *into) {
    const unsigned char *start = object->dlfo_map_start;
    ElfW(Ehdr) header;
    memcpy(&header, start, sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum > 64) return;
    if (header.e_phoff > 4096 - sizeof(ElfW(Phdr)) * 16) return;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(start + header.e_phoff);
    for (int at = 0; at < header.e_phnum; at++) {
        if (segments[at].p_type != PT_NOTE) continue;
        const unsigned char *note = (const unsigned char *)object->dlfo_link_map->l_addr + segments[at].p_vaddr;
        const unsigned char *end = note + segments[at].p_memsz;
        while ((size_t)(end - note) >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *known = (const ElfW(Nhdr) *)note;
            size_t name = (known->n_namesz + 3u) & ~3u, content = (known->n_descsz + 3u) & ~3u;
            if (name > 4096 || content > 4096 || name + content > (size_t)(end - note) - sizeof *known) break;
            if (known->n_type == NT_GNU_BUILD_ID && known->n_namesz == 4 && memcmp(known + 1, "GNU", 4) == 0) {
                into->id_length = known->n_descsz < sizeof into->id ? known->n_descsz : sizeof into->id;
                memcpy(into->id, (const char *)(known + 1) + name, into->id_length);
                return;
            }
            note += sizeof *known + name + content;
        }
    }
}

/* The record's number of the module. */
static uint32_t number(crash_record *record, const dl_object *object, const void **known) {
    uint32_t at = 0;
    for (; at < record->module_count; at++)
        if (known[at] == object->dlfo_link_map) return at;
    if (at == CRASH_MODULES) return CRASH_NO_MODULE;
    known[at] = object->dlfo_link_map;
    crash_module *made = &record->modules[at];
    const char *path = object->dlfo_link_map->l_name;
    if (!path || !*path) path = unwind_program;
    size_t length = strlen(path);
    if (length < sizeof made->path) {
        memcpy(made->path, path, length);
        made->path_length = (uint32_t)length;
    }
    record->module_count = at + 1;
    read_id(object, made);
    return at;
}

static void add(crash_record *record, uintptr_t pc, const dl_object *object, const void **known) {
    if (record->frame_count == CRASH_FRAMES) return;
    crash_frame made = {0, CRASH_NO_MODULE, 0};
    if (object) made.module = number(record, object, known);
    if (made.module != CRASH_NO_MODULE) made.address = pc - object->dlfo_link_map->l_addr;
    record->frames[record->frame_count++] = made;
}

static bool is_crash(int signal) { return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGABRT; }

/* Most of a stack, with what a handler of the host has added. */
#define MOST_STEPS 256
/* A frame that has no tables must be near. */
#define NEAR (1u << 20)

static bool by_frame_pointer(unwind_registers *is) {
    uintptr_t frame = is->value[UNWIND_FRAME];
    if (frame % sizeof frame || frame < is->value[UNWIND_STACK] || frame - is->value[UNWIND_STACK] > NEAR) return false;
    uintptr_t words[2];
    memcpy(words, (const void *)frame, sizeof words);
    is->value[UNWIND_FRAME] = words[0];
    is->value[UNWIND_PC] = words[1];
    is->value[UNWIND_STACK] = frame + sizeof words;
    return true;
}

void unwind(crash_record *record, const void *context, enum unwind_beginning beginning) {
    const void *known[CRASH_MODULES];
    unwind_registers is;
    unwind_start(&is, context);
    bool is_exact = true;
    for (int step = 0; step < MOST_STEPS && record->frame_count < CRASH_FRAMES; step++) {
        uintptr_t pc = is.value[UNWIND_PC] - !is_exact, before = is.value[UNWIND_STACK];
        dl_object object;
        bool is_known = find(pc, &object);
        if (!is_known && step > 0) {
            /* Code that was made at run time, or no code at all. */
            if (!by_frame_pointer(&is) || !find(is.value[UNWIND_PC] - 1, &object)) return;
            add(record, pc, NULL, known);
            is_exact = false;
            continue;
        }
        unwind_outcome outcome = is_known && object.dlfo_eh_frame ? unwind_step(&is, pc, object.dlfo_eh_frame) : UNWIND_UNKNOWN;
        if (outcome == UNWIND_SIGNAL) {
            if (beginning == UNWIND_REPEATED || (beginning == UNWIND_IF_REPEATED && is_crash(unwind_signal(before)))) record->frame_count = 0;
            beginning = UNWIND_AS_IT_IS;
            is_exact = true;
            continue;
        }
        add(record, pc, is_known ? &object : NULL, known);
        if (outcome == UNWIND_END) return;
        if (outcome == UNWIND_UNKNOWN) {
            /* A call of what is no function has pushed where it came from. */
            if (!is_known ? !unwind_return(&is) : !by_frame_pointer(&is)) return;
        }
        is_exact = false;
        if (!is.value[UNWIND_PC] || is.value[UNWIND_STACK] <= before) return;
    }
}
